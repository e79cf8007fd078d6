import fc from 'fast-check';
import { recorded, secretReference, START, WEBHOOK_URL, webhookId } from '#libs/testing';
import { DomainRejection } from '../domain-rejection.js';
import { changesOf } from '../audit/changes-of.js';
import type { Recorded } from '../recorded.js';
import { INTEGRATION_EVENT_TYPES } from './integration-event-types.js';
import { liveSecrets } from './live-secrets.js';
import { presentWebhookFacts } from './present-webhook.js';
import type { WebhookCommand } from './webhook.commands.js';
import { webhookDecider } from './webhook.decider.js';
import type { WebhookEvent } from './webhook.events.js';
import type { WebhookFacts, WebhookState } from './webhook.state.js';

const base = { pause: fc.nat(200_000) };
const types = fc.subarray([...INTEGRATION_EVENT_TYPES], { minLength: 1, maxLength: 3 });
const step = fc.oneof(
  fc.record({ ...base, kind: fc.constant('RotateWebhookSecret' as const), overlap: fc.nat(300) }),
  fc.record({ ...base, kind: fc.constant('UpdateWebhook' as const), events: fc.option(types, { nil: undefined }) }),
  fc.record({ ...base, kind: fc.constant('ActivateWebhook' as const), backlog: fc.constantFrom('send', 'skip') }),
  fc.record({
    ...base,
    kind: fc.constant('DisableWebhook' as const),
    statusReason: fc.constantFrom('gone', 'failing'),
  }),
  fc.record({
    ...base,
    kind: fc.constantFrom('PauseWebhook' as const, 'TestWebhook' as const, 'RedeliverWebhook' as const),
  }),
  fc.record({ ...base, kind: fc.constantFrom('ReplayWebhook' as const, 'DeleteWebhook' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
const life = fc.array(step, { maxLength: 16 });

interface Decision {
  readonly command: WebhookCommand;
  /** Unix seconds. */
  readonly at: number;
  readonly before: WebhookFacts;
  readonly events: readonly Recorded<WebhookEvent>[];
  readonly after: WebhookFacts;
}

function commandOf(one: Step, now: number, n: number): WebhookCommand {
  const target = { webhookId: webhookId(), now };
  const eventType = 'job.failed';
  switch (one.kind) {
    case 'RotateWebhookSecret':
      return { kind: one.kind, ...target, secret: secretOf(n), overlapSeconds: one.overlap };
    case 'UpdateWebhook':
      return { kind: one.kind, ...target, events: one.events };
    case 'ActivateWebhook':
      return { kind: one.kind, ...target, backlog: one.backlog };
    case 'DisableWebhook':
      return { kind: one.kind, ...target, statusReason: one.statusReason };
    case 'TestWebhook':
      return { kind: one.kind, ...target, deliveryId: `dlv_${n}`, eventType };
    case 'RedeliverWebhook':
      return { kind: one.kind, ...target, deliveryId: `dlv_${n}`, redeliveryOf: 'dlv_x', eventId: 'evt_x', eventType };
    case 'ReplayWebhook': {
      const period = { since: 0, until: 1, eventTypes: [eventType], count: 1 };
      return { kind: one.kind, ...target, replayId: `rpl_${n}`, ...period };
    }
    case 'PauseWebhook':
    case 'DeleteWebhook':
      return { kind: one.kind, ...target };
  }
}

function secretOf(n: number): { readonly secretId: string; readonly hint: string } {
  const { secret_id, hint } = secretReference(n);
  return { secretId: secret_id, hint };
}

/** Runs a life through decide and evolve as the command runner does; refused commands leave no decision. */
function decisionsOf(steps: readonly Step[]): readonly Decision[] {
  const decisions: Decision[] = [];
  let now = START * 1000;
  const create: WebhookCommand = {
    ...{ kind: 'CreateWebhook', webhookId: webhookId(), url: WEBHOOK_URL, events: ['job.failed'] },
    ...{ description: null, secret: secretOf(0), now },
  };
  let state = run(create, webhookDecider.initialState).state;
  for (const [index, one] of steps.entries()) {
    now += one.pause;
    const command = commandOf(one, now, index + 1);
    const before = factsIn(state);
    try {
      const { stored, state: next } = run(command, state);
      state = next;
      decisions.push({ command, at: Math.floor(now / 1000), before, events: stored, after: factsIn(state) });
    } catch (error) {
      if (!(error instanceof DomainRejection)) throw error;
    }
  }
  return decisions;
}

function run(command: WebhookCommand, state: WebhookState) {
  const stored = webhookDecider.decide(command, state).map((event) => recorded(event, { at: command.now / 1000 }));
  return { stored, state: stored.reduce((folded, event) => webhookDecider.evolve(folded, event), state) };
}

function factsIn({ webhook }: WebhookState): WebhookFacts {
  if (webhook === null) throw new Error('it was made');
  return webhook;
}

it('has one secret sign or two at every second, the newest always', () => {
  fc.assert(
    fc.property(life, fc.nat(500), (steps, later) => {
      for (const { at, after } of decisionsOf(steps)) {
        expect(after.secrets.length).toBeLessThanOrEqual(2);
        for (const second of [at, at + later]) {
          const live = liveSecrets(after, second);
          expect([1, 2]).toContain(live.length);
          expect(live[0]).toEqual(after.secrets[0]);
          expect(live[0]?.endsAt).toBeNull();
        }
      }
    }),
  );
});

const MAY_MOVE: Readonly<Record<string, WebhookFacts['status']>> = {
  ...{ PauseWebhook: 'paused', ActivateWebhook: 'active', DisableWebhook: 'disabled' },
};

it('changes the status only by the commands that may, and says why exactly where it is disabled', () => {
  fc.assert(
    fc.property(life, (steps) => {
      for (const { command, before, after } of decisionsOf(steps)) {
        if (after.status !== before.status) expect(after.status).toBe(MAY_MOVE[command.kind]);
        if (command.kind === 'DisableWebhook' && before.status !== 'active') expect(after).toEqual(before);
        expect(after.statusReason !== null).toBe(after.status === 'disabled');
      }
    }),
  );
});

it('records exactly what differs between the endpoint as shown before and after, and its url after it', () => {
  fc.assert(
    fc.property(life, (steps) => {
      for (const { before, events, after } of decisionsOf(steps)) {
        for (const event of events) {
          expect(event.data.url).toBe(after.url);
          const changes = new Map(changesOf(event).map((change) => [change.field, [change.before, change.after]]));
          const [shownBefore, shownAfter] = [fieldsOf(before), fieldsOf(after)];
          const differing = [...shownBefore.keys()].filter(
            (field) => sorted(shownBefore.get(field)) !== sorted(shownAfter.get(field)),
          );
          expect([...changes.keys()].sort()).toEqual(differing.sort());
          for (const field of differing)
            expect(changes.get(field)).toEqual([shownBefore.get(field), shownAfter.get(field)]);
        }
      }
    }),
  );
});

it('does nothing after a deletion', () => {
  fc.assert(
    fc.property(life, (steps) => {
      const decisions = decisionsOf(steps);
      const deletion = decisions.findIndex(({ command }) => command.kind === 'DeleteWebhook');
      if (deletion === -1) return;
      expect(decisions.slice(deletion + 1).flatMap(({ events }) => events)).toEqual([]);
    }),
  );
});

function fieldsOf(webhook: WebhookFacts): ReadonlyMap<string, unknown> {
  const { id: _id, created_at: _created, updated_at: _updated, ...fields } = presentWebhookFacts(webhook);
  return new Map(Object.entries(fields));
}

function sorted(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? [...(value as readonly unknown[])].sort() : value);
}
