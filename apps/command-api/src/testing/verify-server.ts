import { randomBytes } from 'node:crypto';
import {
  AuthenticationFailed,
  Authenticator,
  KeyDirectory,
  keyIdFrom,
  KeyVerifier,
  mintSecret,
  SecretHasher,
} from '#libs/auth';
import { DEFAULT_SCOPE_CATALOGUE, lineageOf, lineageStream } from '#libs/domain';
import { InMemoryEventStore, NO_STREAM } from '#libs/event-store';
import { ProductMetrics, SILENT } from '#libs/observability';
import { createCommandApi } from '../create-command-api.js';
import { testDependencies } from './test-dependencies.js';

/*
 * A process for the benchmark: the whole API over a log in memory with many keys. It tells its parent the URL, the
 * secret of a caller that may verify, and the secrets to verify. Run as `node verify-server.js KEYS`.
 */
const [, , count = '10000'] = process.argv;
const keys = Number(count);
const store = new InMemoryEventStore();
const hasher = new SecretHasher({ currentPepper: 1, peppers: new Map([[1, randomBytes(32)]]) });
const directory = new KeyDirectory({ store, logger: SILENT, monotonic: () => performance.now(), capacity: 2 * keys });
const verifier = new KeyVerifier({ directory, hasher, catalogue: DEFAULT_SCOPE_CATALOGUE, now: () => Date.now() });

const authenticator = new Authenticator({
  keys: verifier,
  // Callers come by key alone.
  jwt: { verify: () => Promise.reject(new AuthenticationFailed('unauthorized')) },
  platformTokens: { accept: () => null },
});

const secrets: string[] = [];
for (let n = 0; n < keys; n++) secrets.push(await storeKey([]));
const caller = await storeKey(['keys:verify']);
directory.start();

const application = await createCommandApi(
  testDependencies({
    metrics: new ProductMetrics(),
    verifier,
    authenticate: ({ authorization, 'x-api-key': xApiKey }) => authenticator.authenticate({ authorization, xApiKey }),
  }),
);
while ((await verifier.verify(caller, [])).code !== 'valid') continue;
for (const secret of secrets) await verifier.verify(secret, []);
await application.listen(0, '127.0.0.1');
process.send?.({ url: await application.getUrl(), caller, secrets });
process.on('disconnect', () => process.exit(0));

async function storeKey(scopes: readonly string[]): Promise<string> {
  const keyId = keyIdFrom(randomBytes(32));
  const { secret, hint } = mintSecret({ environment: 'live', keyId, entropy: randomBytes(32) });
  const { hash, pepperVersion } = hasher.hashForStorage(secret);
  await store.append(lineageStream(lineageOf(keyId) ?? ''), NO_STREAM, [
    {
      id: crypto.randomUUID(),
      type: 'api_key.created',
      data: {
        ...{ key_id: keyId, name: 'A key', description: null, key_type: 'service', environment: 'live' },
        ...{ access: 'full', scopes, lifetime_seconds: null, expires_at: null },
        ...{ hint, hash, pepper_version: pepperVersion },
      },
      metadata: {
        org_id: 'org_bench',
        actor: { type: 'system', id: 'bench', name: null },
        ...{ request_id: 'bench', correlation_id: 'bench', causation_id: 'bench', schema_version: 1 },
        ...{ occurred_at: new Date().toISOString(), reason: null, ip: null, user_agent: null },
      },
    },
  ]);
  return secret;
}
