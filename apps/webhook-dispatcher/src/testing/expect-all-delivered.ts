import { eventually, type ApiClient } from '#libs/testing';
import type { DeliveryView } from '#libs/webhook-deliveries';
import type { EndpointClient } from './endpoint-client.js';
import type { Noted, NotingReceiver } from './noting-receiver.js';

export interface WatchedEndpoint {
  readonly endpoint: EndpointClient;
  readonly receiver: NotingReceiver;
  readonly types: readonly string[];
}

export interface ExpectedOfAll {
  readonly admin: ApiClient;
  /** `type id` of all that was acknowledged. */
  readonly acknowledged: readonly string[];
  /** Everything that was acknowledged is before it. */
  readonly position: string | null;
  /** How many requests at each endpoint may have been cut off from being written down, by crashes. */
  readonly mostUnrecorded: number;
}

/** Waits until nothing is pending, then holds log, deliveries and receiver of an endpoint against each other. */
export async function expectAllDelivered(
  { endpoint, receiver, types }: WatchedEndpoint,
  { admin, acknowledged, position, mostUnrecorded }: ExpectedOfAll,
): Promise<void> {
  await eventually('an end of what is pending', async () => {
    return (await endpoint.deliveries({ status: 'pending', position })).length === 0 ? true : null;
  });
  const deliveries = await endpoint.deliveries({ position });
  const seen = receiver.byEvent();

  // Every event of the log, in its order, under numbers from 1 without a gap, and nothing else.
  const logged = await eventIdsOf(admin, types);
  const bySequence = deliveries.toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
  expect(bySequence.map(({ event_id, sequence }) => [sequence, event_id])).toEqual(
    logged.map((eventId, index) => [index + 1, eventId]),
  );
  // What the receiver knows is what the list says.
  expect([...seen.keys()].toSorted()).toEqual(logged.toSorted());
  const mine = new Set(types);
  const told = new Set(receiver.noted.map(({ type, data }) => `${type} ${String(data['id'])}`));
  const owed = acknowledged.filter((one) => mine.has(one.slice(0, one.indexOf(' '))));
  expect(owed.filter((one) => !told.has(one))).toEqual([]);

  let unrecorded = 0;
  for (const delivery of deliveries) unrecorded += expectAgreed(delivery, seen.get(delivery.event_id) ?? []);
  expect(unrecorded).toBeLessThanOrEqual(mostUnrecorded);
  expect(receiver.unverified).toEqual([]);

  const attempts = deliveries.flatMap((delivery) => delivery.attempts);
  const successes = attempts.filter(({ error_class }) => error_class === null);
  const shown = await endpoint.shown(position);
  expect(shown).toMatchObject({ status: 'active', backlog: 0, success_rate_24h: successes.length / attempts.length });
}

/** @returns how many requests came of which no attempt tells */
function expectAgreed(delivery: DeliveryView, noted: readonly Noted[]): number {
  const answered = noted.map((one) => one.answered);
  const recorded = delivery.attempts.filter(({ error_class }) => error_class !== 'connect');
  expect({ ...delivery, answered }).toMatchObject({ status: 'delivered', next_attempt_at: null, test: false });
  expect(new Set(noted.map(({ sequence }) => sequence))).toEqual(new Set([delivery.sequence]));
  expect(recorded.at(-1)).toMatchObject({ response_status: 204, error_class: null });
  // Each attempt is a request that came, answered as it says.
  const left = [...answered];
  for (const { response_status } of recorded) {
    const index = left.indexOf(response_status);
    expect({ delivery, answered, found: index >= 0 }).toMatchObject({ found: true });
    left.splice(index, 1);
  }
  return left.length;
}

/** As receivers know them, in log order. */
async function eventIdsOf(admin: ApiClient, types: readonly string[]): Promise<readonly string[]> {
  const query = types.map((type) => `event_types=${type}`).join('&');
  const { status, text } = await admin.get(`/v1/log?format=ndjson&${query}`);
  if (status !== 200) throw new Error(`GET /v1/log answered ${status}: ${text}`);
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const { event_id } = JSON.parse(line) as { readonly event_id: string };
    return `evt_${event_id.replaceAll('-', '')}`;
  });
}
