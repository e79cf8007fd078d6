import { eventually } from '#libs/testing';
import { chain } from './contract/chain.js';
import { describeMessageBus } from './contract/describe-message-bus.js';
import { Reader } from './contract/reader.js';
import { InProcessBus } from './in-process-bus.js';

describeMessageBus('InProcessBus', async () => {
  const bus = new InProcessBus();
  return { bus, dispose: () => bus.close() };
});

it('drops the oldest of what does not fit, which the next message tells', async () => {
  const bus = new InProcessBus({ capacity: 3 });
  const messages = chain(5);
  await bus.publish(messages);
  const reader = new Reader(bus);
  await eventually('the newest', () => (reader.messages.length === 3 ? true : null));
  expect(reader.messages).toEqual(messages.slice(2));
  expect(reader.messages[0]?.previous).toBe(messages[1]?.position);
  await reader.stop();
});

it('holds no more of what is not acknowledged either', async () => {
  const bus = new InProcessBus({ capacity: 4, batch: 2 });
  const hanging = new Reader(bus, { acks: false });
  for (let from = 0; from < 10; from += 2) {
    await bus.publish(chain(10).slice(from, from + 2));
    await eventually('the batch', () => (hanging.messages.length === from + 2 ? true : null));
  }
  await hanging.stop();
  const next = new Reader(bus);
  await eventually('what was kept', () => (next.messages.length === 4 ? true : null));
  expect(next.messages).toEqual(chain(10).slice(6));
  await next.stop();
});
