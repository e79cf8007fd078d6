import type { FieldChange } from '../field-change.js';
import type { DisabledReason } from './webhook.events.js';
import type { SecretState, WebhookFacts } from './webhook.state.js';

/*
 * What an event does to an endpoint. `decide` works out the changes of an event with these, and `evolve` folds with the
 * same, so that what an event says it changes and what it changes cannot drift apart.
 */

export function paused(webhook: WebhookFacts): WebhookFacts {
  return { ...webhook, status: 'paused', statusReason: null };
}

export function activated(webhook: WebhookFacts): WebhookFacts {
  return { ...webhook, status: 'active', statusReason: null };
}

export function disabled(webhook: WebhookFacts, statusReason: DisabledReason): WebhookFacts {
  return { ...webhook, status: 'disabled', statusReason };
}

/** The new secret without an end; the newest before it until `previousEndsAt`, null: no longer; never a third. */
export function withSecret(
  webhook: WebhookFacts,
  secret: Omit<SecretState, 'endsAt'>,
  previousEndsAt: number | null,
): WebhookFacts {
  const before = previousEndsAt === null ? [] : webhook.secrets.slice(0, 1);
  const previous = before.map((each) => ({ ...each, endsAt: previousEndsAt }));
  return { ...webhook, secrets: [{ ...secret, endsAt: null }, ...previous] };
}

/** The public fields that differ between two states of one endpoint. */
export function changesBetween(before: WebhookFacts, after: WebhookFacts): readonly FieldChange[] {
  const [shownBefore, shownAfter] = [recorded(before), recorded(after)];
  return FIELDS.filter((field) => !isSame(shownBefore[field], shownAfter[field])).map((field) => ({
    field,
    before: shownBefore[field],
    after: shownAfter[field],
  }));
}

const FIELDS = ['url', 'events', 'description', 'status', 'status_reason', 'secret_hint'] as const;

function recorded({ url, events, description, status, statusReason, secrets }: WebhookFacts) {
  return { url, events, description, status, status_reason: statusReason, secret_hint: secrets[0]?.hint ?? null };
}

/** The one list among the fields, the subscribed types, is a set whose order says nothing. */
function isSame(one: string | null | readonly string[], other: string | null | readonly string[]): boolean {
  return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other));
}

function inOrder(value: string | null | readonly string[]) {
  return typeof value === 'string' || value === null ? value : value.toSorted();
}
