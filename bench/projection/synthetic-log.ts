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
  readonly eventsPerLineage: number;
}

const START_MS = 1_700_000_000_000;

/**
 * Lives of keys as the domain decides them, one event after another of ever another lineage: the least that a cache of
 * lineages can hope for. The same on every run.
 */
export function* syntheticLog({ lineages, organizations, eventsPerLineage }: SyntheticLog): Iterable<SyntheticAppend> {
  const states: LineageState[] = Array.from({ length: lineages }, () => apiKeyDecider.initialState);
  for (let step = 0; step < eventsPerLineage; step++) {
    for (let turn = 0; turn < lineages; turn++) {
      // 7,919 is a prime that does not divide the number of lineages: every one comes once in each round, scattered.
      const n = (turn * 7_919 + step * 31) % lineages;
      const lineage = n.toString(36).toUpperCase().padStart(16, '0');
      const now = START_MS + (step * lineages + turn) * 10;
      const before = states[n] ?? apiKeyDecider.initialState;
      const [event] = apiKeyDecider.decide(commandOf(lineage, step, before, now), before);
      if (event === undefined) throw new Error(`step ${step} of a synthetic life changes nothing`);
      const metadata = metadataOf(`org_${n % organizations}`, n, now);
      states[n] = apiKeyDecider.evolve(before, { ...event, metadata });
      const id = uuidOf(`${n} ${step}`);
      yield { stream: lineageStream(lineage), expected: step - 1, events: [{ id, ...event, metadata }] };
    }
  }
}

/** A life of ten steps; longer ones begin again with changes of the name. */
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
