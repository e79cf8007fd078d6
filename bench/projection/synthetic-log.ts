import { createHash } from 'node:crypto';
import { apiKeyDecider, lineageStream, type ApiKeyCommand, type EventMetadata, type LineageState } from '#libs/domain';
import type { EventToStore } from '#libs/event-store';

export interface SyntheticAppend {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly EventToStore[];
}

export interface SyntheticLog {
  readonly lineages: number;
  readonly organizations: number;
  /**
   * `lived`: as keys are used. One is made at every turn, and each lives its ten events after the delays below: most of
   * them soon after one another, some long after. `scattered`: every event is of another lineage than all events near
   * it, the least that a page and a cache of lineages can hope for.
   */
  readonly order: 'lived' | 'scattered';
}

/** Steps of one life, see `commandOf`. */
export const EVENTS_PER_LINEAGE = 10;
/** Turns between the making of a key and each of its events. */
const DELAYS = [0, 1, 3, 10, 20, 40, 80, 150, 400, 1_500] as const;
/** Of the first event, Unix milliseconds. */
export const START_MS = 1_700_000_000_000;
export const MS_PER_EVENT = 10;

/** Lives of keys as the domain decides them. The same on every run. */
export function* syntheticLog({ lineages, organizations, order }: SyntheticLog): Iterable<SyntheticAppend> {
  const states: LineageState[] = Array.from({ length: lineages }, () => apiKeyDecider.initialState);
  let now = START_MS;
  for (const [n, step] of order === 'lived' ? lived(lineages) : scattered(lineages)) {
    now += MS_PER_EVENT;
    const lineage = n.toString(36).toUpperCase().padStart(16, '0');
    const before = states[n] ?? apiKeyDecider.initialState;
    const [event] = apiKeyDecider.decide(commandOf(lineage, step, before, now), before);
    if (event === undefined) throw new Error(`step ${step} of a synthetic life changes nothing`);
    const metadata = metadataOf(`org_${n % organizations}`, n, now);
    states[n] = apiKeyDecider.evolve(before, { ...event, metadata });
    const id = uuidOf(`${n} ${step}`);
    yield { stream: lineageStream(lineage), expected: step - 1, events: [{ id, ...event, metadata }] };
  }
}

type LineageAndStep = readonly [lineage: number, step: number];

function* lived(lineages: number): Iterable<LineageAndStep> {
  for (let turn = 0; turn < lineages + DELAYS[9]; turn++) {
    for (const [step, delay] of DELAYS.entries()) {
      if (turn >= delay && turn - delay < lineages) yield [turn - delay, step];
    }
  }
}

function* scattered(lineages: number): Iterable<LineageAndStep> {
  for (let step = 0; step < EVENTS_PER_LINEAGE; step++) {
    // 7,919 is a prime that does not divide the number of lineages: every one comes once in each round.
    for (let turn = 0; turn < lineages; turn++) yield [(turn * 7_919 + step * 31) % lineages, step];
  }
}

function commandOf(lineage: string, step: number, { keys }: LineageState, now: number): ApiKeyCommand {
  const keyId = keys.at(-1)?.id ?? '';
  const reason = step % 2 === 0 ? 'scheduled review of access' : null;
  const secret = (n: number) => ({
    keyId: `ak_${lineage}${String(n).padStart(4, '0')}`,
    hint: `ak_live_${lineage.slice(0, 4)}…cdef`,
    hash: createHash('sha256').update(`${lineage} ${n}`).digest('base64url'),
    pepperVersion: 1,
  });
  if (step === 0) {
    const facts = { name: `Service ${lineage}`, description: 'Made by the deployment', type: 'service' } as const;
    const grant = { environment: 'live', access: 'scoped', scopes: ['jobs:read', 'jobs:write'] } as const;
    return { kind: 'CreateApiKey', ...secret(0), ...facts, ...grant, lifetimeSeconds: 31_536_000, now };
  }
  if (step === 3) return { kind: 'SuspendApiKey', keyId, reason, now };
  if (step === 4) return { kind: 'ReactivateApiKey', keyId, reason, now };
  if (step === 6) return { kind: 'RotateApiKey', keyId, graceSeconds: 3_600, reason, successors: [secret(1)], now };
  return { kind: 'UpdateApiKey', keyId, name: `Service ${lineage} ${step}`, now };
}

function metadataOf(org_id: string, n: number, now: number): EventMetadata {
  const request = uuidOf(`request ${now}`);
  return {
    org_id,
    actor: { type: 'user', id: `user_${n % 500}`, name: `Person ${n % 500}` },
    request_id: request,
    correlation_id: request,
    causation_id: uuidOf(`command ${now}`),
    schema_version: 1,
    occurred_at: new Date(now).toISOString(),
    reason: null,
    ip: '192.0.2.17',
    user_agent: 'keyledger-bench/1.0 (synthetic history)',
  };
}

function uuidOf(text: string): string {
  const hex = createHash('md5').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
