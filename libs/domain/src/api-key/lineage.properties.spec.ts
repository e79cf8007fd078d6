import fc from 'fast-check';
import { keyId, recorded, START } from '#libs/testing';
import { DomainRejection } from '../domain-rejection.js';
import type { Recorded } from '../recorded.js';
import { grantOf } from '../scopes/grant.js';
import type { ApiKeyCommand } from './api-key.commands.js';
import { apiKeyDecider } from './api-key.decider.js';
import type { ApiKeyEvent } from './api-key.events.js';
import type { KeyState, LineageState } from './api-key.state.js';
import { presentKey } from './present-key.js';
import { isUsableAt } from './status-at.js';

/*
 * Random commands at random times on one lineage. Times are small, so that graces and lifetimes end between commands,
 * at the very second of one, and after the last.
 */

const SCOPES = ['audit:read', 'keys:manage', 'runs:read', 'runs:write'];
const KEYS = 6;
const HORIZON = 400;

const base = { id: fc.nat(KEYS - 1), pause: fc.nat(40_000), reason: fc.option(fc.constantFrom('leak', 'audit')) };
const lifetime = fc.option(fc.integer({ min: 1, max: 120 }));
const scopes = fc.subarray(SCOPES);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      ...base,
      kind: fc.constant('RotateApiKey' as const),
      grace: fc.integer({ min: 0, max: 90 }),
      lifetime: fc.option(lifetime, { nil: undefined }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      ...base,
      kind: fc.constant('UpdateApiKey' as const),
      name: fc.constantFrom('A', 'B'),
      scopes: fc.option(scopes, { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      ...base,
      kind: fc.constantFrom(
        'RevokeApiKey' as const,
        'SuspendApiKey' as const,
        'ReactivateApiKey' as const,
        'DeleteApiKey' as const,
      ),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
const life = fc.record({ lifetime, scopes, steps: fc.array(step, { maxLength: 14 }) });

interface Decision {
  readonly command: ApiKeyCommand;
  readonly at: number;
  readonly before: LineageState;
  readonly events: readonly Recorded<ApiKeyEvent>[];
  readonly after: LineageState;
}

function commandOf(step: Step, now: number): ApiKeyCommand {
  const { id, reason } = step;
  const target = { keyId: keyId(id), reason, now };
  if (step.kind === 'UpdateApiKey')
    return { kind: step.kind, keyId: keyId(id), now, name: step.name, scopes: step.scopes };
  if (step.kind !== 'RotateApiKey') return { kind: step.kind, ...target };
  const successors = Array.from({ length: 16 }, (_, n) => ({
    keyId: keyId(n),
    hint: `hint-${n}`,
    hash: `hash-${n}`,
    pepperVersion: 1,
  }));
  return { kind: step.kind, ...target, graceSeconds: step.grace, lifetimeSeconds: step.lifetime, successors };
}

/** Runs a life through decide and evolve as the command runner does; refused commands leave no decision. */
function decisionsOf(life: {
  lifetime: number | null;
  scopes: readonly string[];
  steps: readonly Step[];
}): readonly Decision[] {
  const decisions: Decision[] = [];
  let state = apiKeyDecider.initialState;
  let now = START * 1000;
  const create: ApiKeyCommand = {
    ...({
      kind: 'CreateApiKey',
      keyId: keyId(0),
      name: 'A',
      description: null,
      type: 'service',
      environment: 'live',
    } as const),
    ...{
      ...grantOf({ scopes: life.scopes }),
      lifetimeSeconds: life.lifetime,
      hint: 'h',
      hash: 'h',
      pepperVersion: 1,
      now,
    },
  };
  const run = (command: ApiKeyCommand, reason: string | null): void => {
    try {
      const decided = apiKeyDecider.decide(command, state);
      const events = decided.map((event) => recorded(event, { at: now / 1000, reason }));
      const after = events.reduce((folded, event) => apiKeyDecider.evolve(folded, event), state);
      decisions.push({ command, at: Math.floor(now / 1000), before: state, events, after });
      state = after;
    } catch (error) {
      if (!(error instanceof DomainRejection)) throw error;
    }
  };
  run(create, null);
  for (const step of life.steps) {
    now += step.pause;
    run(commandOf(step, now), step.reason);
  }
  return decisions;
}

const everySecond = Array.from({ length: HORIZON }, (_, n) => START + n);
const last = (state: LineageState): KeyState | undefined => state.keys.at(-1);

it('has never more than two usable keys, two only inside a grace of the older, and one while one is owed', () => {
  fc.assert(
    fc.property(life, (one) => {
      for (const { after, at } of decisionsOf(one)) {
        const newest = last(after);
        // Owed: nobody stopped the newest key and its lifetime runs.
        const isStopped =
          newest === undefined || newest.revoked !== null || newest.suspended !== null || newest.deleted;
        for (const second of everySecond.filter((moment) => moment >= at)) {
          const usable = after.keys.filter((key) => isUsableAt(key, second));
          expect(usable.length).toBeLessThanOrEqual(2);
          for (const older of usable.filter((key) => key !== newest)) {
            expect(older.rotatedTo).toBe(newest?.id);
            expect(older.graceExpiresAt).toBeGreaterThan(second);
          }
          const isOwed = !isStopped && (newest.expiresAt === null || second < newest.expiresAt);
          if (isOwed) expect(usable).toContain(newest);
        }
      }
    }),
    { numRuns: 150 },
  );
});

it('rotates without a moment of none or of one too many', () => {
  fc.assert(
    fc.property(life, (one) => {
      for (const { command, before, after, at } of decisionsOf(one)) {
        if (command.kind !== 'RotateApiKey') continue;
        expect(before.keys.filter((key) => isUsableAt(key, at)).map(({ id }) => id)).toContain(command.keyId);
        const expected = command.graceSeconds === 0 ? [last(after)?.id] : [command.keyId, last(after)?.id];
        expect(after.keys.filter((key) => isUsableAt(key, at)).map(({ id }) => id)).toEqual(expected);
      }
    }),
  );
});

it('never brings back a key that was revoked, expired, past its grace or deleted', () => {
  fc.assert(
    fc.property(life, (one) => {
      const gone = new Set<string>();
      for (const { before, after, at } of decisionsOf(one)) {
        for (const key of before.keys) if (presentKey(key, at, null).revoked || key.deleted) gone.add(key.id);
        expect(after.keys.filter((key) => isUsableAt(key, at)).filter(({ id }) => gone.has(id))).toEqual([]);
        for (const key of after.keys) if (presentKey(key, at, null).revoked || key.deleted) gone.add(key.id);
      }
    }),
  );
});

it('records exactly what differs between the key as shown before and after', () => {
  fc.assert(
    fc.property(life, (one) => {
      for (const { before, after, events, at } of decisionsOf(one)) {
        for (const event of events) {
          if (!('changes' in event.data) || event.type === 'api_key.deleted') continue;
          const changes = Object.fromEntries(
            event.data.changes.map((change) => [change.field, [change.before, change.after]]),
          );
          expect(changes).toEqual(differences(keyOf(before, event.data.key_id), keyOf(after, event.data.key_id), at));
        }
      }
    }),
  );
});

it('answers the same command again with nothing to do, or refuses it', () => {
  fc.assert(
    fc.property(life, (one) => {
      for (const { command, after } of decisionsOf(one)) {
        const isRepeatable =
          command.kind !== 'CreateApiKey' && command.kind !== 'RotateApiKey' && command.kind !== 'DeleteApiKey';
        if (isRepeatable) expect(apiKeyDecider.decide(command, after)).toEqual([]);
      }
    }),
  );
});

it('shows a usable key as active or rotating, and no other', () => {
  fc.assert(
    fc.property(life, fc.integer({ min: 0, max: HORIZON }), (one, later) => {
      for (const { after, at } of decisionsOf(one)) {
        for (const key of after.keys.filter(({ deleted }) => !deleted)) {
          const shown = presentKey(key, at + later, null);
          expect(isUsableAt(key, at + later)).toBe(shown.status === 'active' || shown.status === 'rotating');
          expect(isUsableAt(key, at + later)).toBe(!shown.revoked && !shown.expired && shown.suspended_at === null);
        }
      }
    }),
  );
});

function keyOf({ keys }: LineageState, id: string): KeyState {
  const key = keys.find((candidate) => candidate.id === id);
  if (key === undefined) throw new Error('an event names a key that is not there');
  return key;
}

/** Written anew and over all fields, so that a field which the decider forgets is found. */
function differences(before: KeyState, after: KeyState, at: number): object {
  const [shownBefore, shownAfter] = [presentKey(before, at, null), presentKey(after, at, null)];
  const derived = ['revoked', 'expired', 'updated_at'];
  const was = new Map<string, unknown>(Object.entries(shownBefore));
  return Object.fromEntries(
    Object.entries(shownAfter)
      .filter(([field, value]) => !derived.includes(field) && JSON.stringify(value) !== JSON.stringify(was.get(field)))
      .map(([field, value]) => [field, [was.get(field), value]]),
  );
}
