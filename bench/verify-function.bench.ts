import { createHmac } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { KeyDirectory, KeyVerifier, SecretHasher } from '#libs/auth';
import { DEFAULT_SCOPE_CATALOGUE } from '#libs/domain';
import { SILENT } from '#libs/observability';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { median } from './event-store/median.js';
import { bareHmac } from './verify-function/bare-hmac.js';
import { SyntheticKeys } from './verify-function/synthetic-keys.js';

const WARM_KEYS = 10_000;
const MANY_KEYS = 100_000;
const ROUNDS = 41;
const CALLS_IN_A_ROUND = 20_000;
const GOAL_RATIO = 0.6;
const GOAL_MB = 150;
const PEPPER = Buffer.alloc(32, 0x1c);

/** The verify function in process against the bare HMAC, and what a full directory takes in memory. */
export async function run({ log }: BenchContext): Promise<BenchRow[]> {
  log('filling a directory with 100,000 keys');
  const memory = await withVerifier(measureMemory);
  log('verifying 10,000 keys in turn');
  return [await withVerifier(measureRate), memory];
}

interface Setup {
  readonly keys: SyntheticKeys;
  readonly verifier: KeyVerifier;
}

async function withVerifier<T>(measure: (setup: Setup) => Promise<T>): Promise<T> {
  const hasher = new SecretHasher({ currentPepper: 1, peppers: new Map([[1, PEPPER]]) });
  const keys = new SyntheticKeys(hasher);
  const directory = new KeyDirectory({
    ...{ store: keys, logger: SILENT, monotonic: () => performance.now() },
    capacity: 200_000,
  });
  const verifier = new KeyVerifier({ directory, hasher, catalogue: DEFAULT_SCOPE_CATALOGUE, now: () => Date.now() });
  directory.start();
  while (directory.metrics().state !== 'following') await new Promise((resolve) => setTimeout(resolve, 10));
  try {
    return await measure({ keys, verifier });
  } finally {
    await directory.stop();
    await keys.close();
  }
}

/** Rounds of both by turns, so that a machine that slows down slows both; the median of each. */
async function measureRate({ keys, verifier }: Setup): Promise<BenchRow> {
  // Through JSON, as a secret comes from a request: what was put together from parts is slower to read.
  const made = Array.from({ length: WARM_KEYS }, (_, number) => keys.secret(number));
  const secrets = JSON.parse(JSON.stringify(made)) as readonly string[];
  for (const [number, secret] of secrets.entries()) {
    assertValid((await verifier.verify(secret, NO_SCOPES)).code);
    if (number % 1_000 === 0) await signOfLife();
  }
  const hmac = bareHmac(PEPPER, secrets[0]?.length ?? 0);
  for (const secret of secrets) {
    if (hmac(secret) !== createHmac('sha256', PEPPER).update(secret).digest('hex'))
      throw new Error('a wrong yardstick');
  }
  const rates: { verify: number[]; bare: number[] } = { verify: [], bare: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const bare = rateOf(secrets, (secret) => hmac(secret).length === 64);
    const verify = rateOf(secrets, (secret) => isValid(verifier.verify(secret, NO_SCOPES)));
    await signOfLife();
    if (round === 0) continue;
    rates.verify.push(verify);
    rates.bare.push(bare);
  }
  const [measured, yardstickValue] = [median(rates.verify), median(rates.bare)];
  const ratio = measured / yardstickValue;
  return {
    ...{ path: 'the verify function in process, 10,000 keys', measured: Math.round(measured), unit: 'verifications/s' },
    ...{ yardstick: 'bare HMAC, two one-shot hashes', yardstickValue: Math.round(yardstickValue), ratio },
    ...{ goal: `${GOAL_RATIO} of the bare HMAC`, met: ratio >= GOAL_RATIO },
  };
}

/** Every key is verified once, for what a first comparison leaves behind is part of it. */
async function measureMemory({ keys, verifier }: Setup): Promise<BenchRow> {
  const before = residentMb();
  for (let number = 0; number < MANY_KEYS; number++) {
    assertValid((await verifier.verify(keys.secret(number), NO_SCOPES)).code);
    if (number % 1_000 === 0) await signOfLife();
  }
  const measured = residentMb() - before;
  return {
    ...{ path: 'memory that the directory grows by with 100,000 keys', measured: Math.round(measured), unit: 'MB' },
    ...{ yardstick: null, yardstickValue: null, ratio: null },
    ...{ goal: `under ${GOAL_MB} MB`, met: measured < GOAL_MB },
  };
}

const NO_SCOPES: readonly string[] = [];

function rateOf(secrets: readonly string[], call: (secret: string) => boolean): number {
  const startedAt = performance.now();
  let done = 0;
  while (done < CALLS_IN_A_ROUND) {
    for (const secret of secrets) {
      if (!call(secret)) throw new Error('a call that should succeed did not');
    }
    done += secrets.length;
  }
  return (done / (performance.now() - startedAt)) * 1_000;
}

/** Lets the log's sign of life arrive, without which the directory refuses to answer after a while. */
async function signOfLife(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5));
}

function isValid(verification: ReturnType<KeyVerifier['verify']>): boolean {
  return !(verification instanceof Promise) && verification.code === 'valid';
}

function assertValid(code: string): void {
  if (code !== 'valid') throw new Error(`a key that should be valid is ${code}`);
}

/**
 * After a collection that also gives back the young generation, which grows to more than 100 MB while much is allocated
 * and shrinks by itself when idle: what is left is held by somebody.
 */
function residentMb(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => void;
  for (let turn = 0; turn < 2; turn++) collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  return process.memoryUsage().rss / 1_048_576;
}
