import { toPosition } from '#libs/event-store';
import { Past, type PastOptions } from './as-of.js';

const NOW = 1_800_000_000_000;
const HEAD = toPosition(7n);

function past(reached: boolean): { readonly past: Past; readonly waits: unknown[][] } {
  const waits: unknown[][] = [];
  const waitFor: PastOptions['waitFor'] = (...wait) => {
    waits.push(wait);
    return Promise.resolve(reached);
  };
  return { past: new Past({ clock: () => NOW, head: () => Promise.resolve(HEAD), waitFor, waitMs: 2_000 }), waits };
}

it('waits for what the log holds before it answers about the last minute', async () => {
  const { past: recent, waits } = past(true);
  await recent.settled(NOW);
  await recent.settled(NOW - 60_000);
  expect(waits).toEqual(Array.from({ length: 2 }, () => ['api-key-history', HEAD, 2_000]));
});

it('answers about the present and about long ago at once', async () => {
  const { past: settled, waits } = past(false);
  await settled.settled(null);
  await settled.settled(NOW - 60_001);
  expect(waits).toEqual([]);
});

it('refuses what nobody knows: the future, and a moment that the read model has not reached', async () => {
  await expect(past(true).past.settled(NOW + 1)).rejects.toMatchObject({ code: 'validation_failed' });
  await expect(past(false).past.settled(NOW - 1)).rejects.toMatchObject({ code: 'read_model_behind' });
});
