import fc from 'fast-check';
import {
  apiKeyDecider,
  DomainRejection,
  type ApiKeyCommand,
  type ApiKeyEvent,
  type LineageState,
  type Recorded,
} from '#libs/domain';
import { keyId, recorded, START } from '#libs/testing';

const LINEAGES = ['AAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBB', 'CCCCCCCCCCCCCCCC'] as const;

interface Wish {
  readonly lineage: number;
  readonly key: number;
  readonly what: 'update' | 'rotate' | 'rotateWithGrace' | 'revoke' | 'suspend' | 'reactivate' | 'delete' | 'announce';
  readonly millisecondsLater: number;
}

const wish: fc.Arbitrary<Wish> = fc.record({
  lineage: fc.nat({ max: LINEAGES.length - 1 }),
  key: fc.nat({ max: 3 }),
  what: fc.constantFrom('update', 'rotate', 'rotateWithGrace', 'revoke', 'suspend', 'reactivate', 'delete', 'announce'),
  // Often in the same millisecond or second as the one before.
  millisecondsLater: fc.oneof(fc.constant(0), fc.nat({ max: 999 }), fc.nat({ max: 60_000 }), fc.nat({ max: 60_000 })),
});

/** For tests: what any sequence of commands makes of three lineages in two organizations, in log order. */
export const keyHistories: fc.Arbitrary<readonly Recorded<ApiKeyEvent>[]> = fc
  .array(wish, { minLength: 1, maxLength: 40 })
  .map(historyOf);

function historyOf(wishes: readonly Wish[]): readonly Recorded<ApiKeyEvent>[] {
  const states = LINEAGES.map(() => apiKeyDecider.initialState);
  const history: Recorded<ApiKeyEvent>[] = [];
  let now = START * 1_000;
  for (const { lineage, key, what, millisecondsLater } of wishes) {
    now += millisecondsLater;
    const state = states[lineage] ?? apiKeyDecider.initialState;
    const command = commandFor(LINEAGES[lineage] ?? LINEAGES[0], key, what, state, now);
    for (const event of decided(command, state)) {
      const stored = recorded(event, { at: now / 1_000, org_id: lineage === 0 ? 'org_a' : 'org_b' });
      history.push(stored);
      states[lineage] = apiKeyDecider.evolve(states[lineage] ?? state, stored);
    }
  }
  return history;
}

function commandFor(
  lineage: string,
  n: number,
  what: Wish['what'],
  { keys }: LineageState,
  now: number,
): ApiKeyCommand {
  const [key, reason] = [keyId(n, lineage), null];
  const secret = (id: string) => ({ keyId: id, hint: `hint ${id}`, hash: `hash ${id}`, pepperVersion: 1 });
  if (keys.length === 0) {
    const grant = { access: 'scoped', scopes: ['jobs:read'] } as const;
    const facts = { name: 'First', description: null, type: 'service', environment: 'live' } as const;
    // The longest is one that half a minute later is announced to end in a day.
    const lifetimeSeconds = [null, 100, 200, 86_430][n] ?? null;
    return { kind: 'CreateApiKey', ...secret(keyId(0, lineage)), ...facts, ...grant, lifetimeSeconds, now };
  }
  switch (what) {
    case 'update':
      return { kind: 'UpdateApiKey', keyId: key, name: `Name ${now}`, description: 'ÄÖ_%', now };
    case 'rotate':
    case 'rotateWithGrace': {
      const graceSeconds = what === 'rotate' ? 0 : 90;
      return {
        kind: 'RotateApiKey',
        keyId: key,
        graceSeconds,
        reason,
        successors: [secret(keyId(keys.length, lineage))],
        now,
      };
    }
    case 'revoke':
      return { kind: 'RevokeApiKey', keyId: key, reason, now };
    case 'suspend':
      return { kind: 'SuspendApiKey', keyId: key, reason, now };
    case 'reactivate':
      return { kind: 'ReactivateApiKey', keyId: key, reason, now };
    case 'delete':
      return { kind: 'DeleteApiKey', keyId: key, reason, now };
    case 'announce': {
      const expiresAt = keys.find(({ id }) => id === key)?.expiresAt ?? 0;
      return { kind: 'AnnounceExpiry', keyId: key, daysLeft: 1, expiresAt, now };
    }
  }
}

/** A wish that a rule forbids comes to nothing. */
function decided(command: ApiKeyCommand, state: typeof apiKeyDecider.initialState): readonly ApiKeyEvent[] {
  try {
    return apiKeyDecider.decide(command, state);
  } catch (error) {
    if (error instanceof DomainRejection) return [];
    throw error;
  }
}
