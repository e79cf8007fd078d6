import type { LogPage } from '#libs/event-store';
import { ProjectionLag } from './projection-lag.js';
import { storedEvent } from './testing/stored-event.js';

const RECORDED = storedEvent(0, 'a').recordedAt;

function setUp() {
  const clock = { wall: RECORDED, monotonic: 0 };
  const lag = new ProjectionLag({ now: () => clock.wall, monotonic: () => clock.monotonic });
  const pass = (milliseconds: number): void => {
    clock.wall += milliseconds;
    clock.monotonic += milliseconds;
  };
  const page = (positions: readonly number[], caughtUp: boolean): LogPage => {
    const events = positions.map((position) => storedEvent(position, 'a'));
    return { events, position: storedEvent(positions.at(-1) ?? 0, 'a').position, caughtUp, askedAt: clock.monotonic };
  };
  return { lag, pass, page };
}

it('is behind for as long as it has heard nothing of the log', () => {
  const { lag, pass } = setUp();
  pass(2_000);
  expect([lag.caughtUp, lag.seconds]).toEqual([false, 2]);
});

it('is as far behind as the oldest event of the page in hand is old, however long that takes', () => {
  const { lag, pass, page } = setUp();
  pass(5_000);
  lag.reading(page([1_000, 2_000], true));
  expect([lag.caughtUp, lag.seconds]).toEqual([false, 4]);
  pass(60_000);
  expect(lag.seconds).toBe(64);
});

it('is behind by the age of the last event of a page that was not the last', () => {
  const { lag, pass, page } = setUp();
  pass(5_000);
  lag.projected(page([1_000, 2_000], false));
  expect([lag.caughtUp, lag.seconds]).toEqual([false, 3]);
});

it('is caught up after the last page, and stays so while empty ones arrive', () => {
  const { lag, pass, page } = setUp();
  lag.projected(page([1_000], true));
  expect([lag.caughtUp, lag.seconds]).toEqual([true, 0]);
  pass(2_000);
  lag.projected(page([], true));
  pass(2_000);
  expect([lag.caughtUp, lag.seconds]).toEqual([true, 0]);
});

it('grows when the log falls silent', () => {
  const { lag, pass, page } = setUp();
  lag.projected(page([], true));
  pass(4_000);
  expect([lag.caughtUp, lag.seconds]).toEqual([false, 4]);
});

it('is behind for as long as a subscription cannot say how old its view is', () => {
  const { lag, pass, page } = setUp();
  pass(4_000);
  const unknown = { ...page([], true), askedAt: -Infinity };
  lag.projected(unknown);
  expect([lag.caughtUp, lag.seconds]).toEqual([false, 4]);
  lag.projected(page([], true));
  lag.projected(unknown);
  expect([lag.caughtUp, lag.seconds]).toEqual([true, 0]);
});
