import { lineageStream } from '#libs/domain';
import { apiKeyCreated, eventually } from '#libs/testing';
import { DeliverySystem } from './testing/delivery-system.js';
import { Receiver } from './testing/receiver.js';

const HOUR_MS = 3_600_000;
/** Receivers refuse what is signed for another time than theirs by more than that (Standard Webhooks). */
const TOLERANCE_SECONDS = 300;

const realNow = Date.now.bind(Date);
const realSeconds = (): number => realNow() / 1_000;
let system: DeliverySystem;
let receiver: Receiver;
beforeEach(async () => {
  system = await DeliverySystem.create();
  receiver = await Receiver.listen();
});
afterEach(async () => {
  Date.now = realNow;
  await system.drop();
  await receiver.close();
});

/** The clock of the process, as far as anything of the dispatcher asks it. */
function clockIsOffBy(hours: number): void {
  Date.now = () => realNow() + hours * HOUR_MS;
}

it.each([
  ['ahead', 7, 7],
  ['behind', -7, -7],
  ['ahead, and set back between two attempts', 7, -7],
  ['behind, and set ahead between two attempts', -7, 7],
])('delivers, tries again and signs by the clock of the database where its own is hours %s', async (_, first, then) => {
  const { id } = await system.endpoint(receiver.url());
  receiver.respond = (response) => {
    const isFirst = receiver.received.length === 1;
    if (isFirst) clockIsOffBy(then);
    response.writeHead(isFirst ? 500 : 204).end();
  };
  clockIsOffBy(first);
  system.dispatch();
  const lineage = 'AbCdEfGh00000000';
  await system.append(lineageStream(lineage), [apiKeyCreated({ key_id: `ak_${lineage}0000` })]);

  const waiting = await eventually('a refused attempt', async () => {
    const [delivery] = await system.deliveries(id);
    return delivery?.attempts.length === 1 ? delivery : null;
  });
  // The next one is due by the clock that it is looked for by.
  if (waiting.status === 'pending') expect(isNow(waiting.next_attempt_at)).toBe(true);
  const delivered = await eventually('the delivery', async () => {
    const [delivery] = await system.deliveries(id);
    return delivery?.status === 'delivered' ? delivery : null;
  });
  expect(delivered.attempts.map(({ response_status }) => response_status)).toEqual([500, 204]);
  for (const { attempted_at } of delivered.attempts) expect(isNow(attempted_at)).toBe(true);
  for (const { headers } of receiver.received) expect(isNow(Number(headers['webhook-timestamp']))).toBe(true);
});

function isNow(seconds: number | null): boolean {
  return seconds !== null && Math.abs(seconds - realSeconds()) < TOLERANCE_SECONDS;
}
