import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { Decider, Recorded } from '#libs/domain';
import { EventStoreUnavailable, InMemoryEventStore, type EventStore, type StoredEvent } from '#libs/event-store';
import type { CommandRun } from './command-run.js';
import { CommandRunner } from './command-runner.js';
import type { StreamType } from './stream-type.js';

/* A counter that may not pass 100 stands for any decider. */
type Add = { readonly amount: number; readonly now: number };
type Added = { readonly type: 'added'; readonly data: { readonly amount: number; readonly total: number } };

const counter: Decider<Add, Added, number> = {
  initialState: 0,
  decide: ({ amount }, total) => {
    if (total + amount > 100) throw new RangeError('too much');
    return amount === 0 ? [] : [{ type: 'added', data: { amount, total: total + amount } }];
  },
  evolve: (total, { data }) => total + data.amount,
};

const counters: StreamType<Add, Added, number> = {
  decider: counter,
  parse: (stored) =>
    ({ type: 'added', data: stored.data as Added['data'], metadata: stored.metadata }) satisfies Recorded<Added>,
  schemaVersion: () => 1,
};

const COMMAND = '6f1b1c9e-52a0-4f6c-9c6b-0b8f6f6d9a01';

let clock = Date.parse('2026-01-01T00:00:00Z');
const tick = (): number => (clock += 1_000);

it('appends what the decider decides, with its metadata, and answers with the state after it', async () => {
  const { run, store, appended } = setUp();
  const outcome = await run({ amount: 5 });
  const [event] = await store.readStream('counter-1');
  expect(outcome).toMatchObject({ state: 5, position: event?.position });
  expect(event).toMatchObject({
    revision: 0,
    data: { amount: 5, total: 5 },
    metadata: { org_id: 'org_a', causation_id: COMMAND, schema_version: 1 },
  });
  expect(appended).toMatchObject([{ id: event?.id }]);
});

it('appends nothing where it is so already, and answers with the position that it read', async () => {
  const { run, store } = setUp();
  const first = await run({ amount: 5 });
  await expect(run({ amount: 0, commandId: other(1) })).resolves.toMatchObject({
    state: 5,
    events: [],
    position: first.position,
  });
  await expect(store.readStream('counter-1')).resolves.toHaveLength(1);
});

it('decides anew when another command was faster, on what is there then', async () => {
  const { run, store } = setUp();
  await run({ amount: 60, commandId: other(1) });
  const racing = interfere(store, 1, () => run({ amount: 30, commandId: other(2) }));
  await expect(run({ amount: 20 }, racing)).rejects.toThrow('too much');
  await expect(store.readStream('counter-1')).resolves.toHaveLength(2);
});

it('gives up with an error that may be retried when others are faster every time', async () => {
  const { run, store } = setUp();
  let n = 10;
  const racing = interfere(store, 100, () => run({ amount: 1, commandId: other(n++) }));
  await expect(run({ amount: 1 }, racing)).rejects.toBeInstanceOf(EventStoreUnavailable);
});

it('recognises its own events on a repeated command and answers with the state right after them', async () => {
  const { run, store } = setUp();
  const first = await run({ amount: 5 });
  await run({ amount: 7, commandId: other(1) });
  await expect(run({ amount: 5, repeated: true })).resolves.toMatchObject({ state: 5, position: first.position });
  await expect(store.readStream('counter-1')).resolves.toHaveLength(2);
});

it('takes over what a process that was only paused stores first, as that stored it', async () => {
  const { run, store } = setUp();
  const racing = interfere(store, 1, () => run({ amount: 5 }));
  const outcome = await run({ amount: 5, repeated: true }, racing);
  const [stored] = await store.readStream('counter-1');
  expect(outcome.events).toEqual([stored]);
});

it('never dates an event before the one ahead of it', async () => {
  const { run, store } = setUp();
  await run({ amount: 1 });
  clock -= 60_000;
  await run({ amount: 1, commandId: other(1) });
  const [first, second] = await store.readStream('counter-1');
  expect(second?.metadata.occurred_at).toBe(first?.metadata.occurred_at);
});

it("neither folds nor extends another organization's stream", async () => {
  const { run, store } = setUp();
  await run({ amount: 90 });
  await expect(run({ amount: 0, org: 'org_b', commandId: other(1) })).resolves.toMatchObject({ state: 0, events: [] });
  await expect(run({ amount: 50, org: 'org_b', commandId: other(2) })).rejects.toThrow('another organization');
  await expect(store.readStream('counter-1')).resolves.toHaveLength(1);
});

it('stores every command once, however many runners try it how often at the same time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 12 }), async (commands) => {
      const { run, store } = setUp();
      await Promise.allSettled(
        commands.map((command) => run({ amount: 1, commandId: other(command), repeated: true })),
      );
      for (const command of new Set(commands)) await run({ amount: 1, commandId: other(command), repeated: true });
      const stored = await store.readStream('counter-1');
      expect(stored).toHaveLength(new Set(commands).size);
      expect(stored.map(({ data }) => data['total'])).toEqual(stored.map((_, index) => index + 1));
    }),
    { numRuns: 50 },
  );
});

describe('a stream that this node has met before', () => {
  it('is not read again for a command that appends', async () => {
    const { runAt, node, store } = setUp();
    const here = node();
    await runAt(here, { amount: 5 });
    const read = jest.spyOn(store, 'readStream');
    await expect(runAt(here, { amount: 7, commandId: other(1) })).resolves.toMatchObject({ state: 12 });
    expect(read).not.toHaveBeenCalled();
  });

  it('is read again where another node has gone on with it', async () => {
    const { run, runAt, node, store } = setUp();
    const here = node();
    await runAt(here, { amount: 50 });
    await run({ amount: 30, commandId: other(1) });
    await expect(runAt(here, { amount: 10, commandId: other(2) })).resolves.toMatchObject({ state: 90 });
    expect((await store.readStream('counter-1')).map(({ data }) => data['total'])).toEqual([50, 80, 90]);
  });

  it('refuses, and leaves alone, by what the stream is now', async () => {
    const { run, runAt, node } = setUp();
    const here = node();
    await runAt(here, { amount: 90 });
    await run({ amount: -60, commandId: other(1) });
    await expect(runAt(here, { amount: 0, commandId: other(2) })).resolves.toMatchObject({ state: 30, events: [] });
    await run({ amount: -10, commandId: other(3) });
    await expect(runAt(here, { amount: 79, commandId: other(4) })).resolves.toMatchObject({ state: 99 });
    await expect(runAt(here, { amount: 2, commandId: other(5) })).rejects.toThrow('too much');
  });

  it.each([5, 20])('is read from its start where the log was restored to an older point, to add %d', async (amount) => {
    const { runAt, node, pass, store } = setUp();
    const older = setUp();
    await older.run({ amount: 1, commandId: other(9) });
    let behind: EventStore = store;
    const here = node(standIn(() => behind));
    await runAt(here, { amount: 90 });
    behind = older.store;
    pass(5_001);
    await expect(runAt(here, { amount, commandId: other(1) })).resolves.toMatchObject({ state: 1 + amount });
  });

  it('is read for a command that another node may have taken over, and met here since', async () => {
    const { run, runAt, node, pass, store } = setUp();
    const here = node();
    await run({ amount: 5, repeated: true });
    await runAt(here, { amount: 7, commandId: other(1) });
    pass(10_001);
    await expect(runAt(here, { amount: 5, begunAt: 0 })).resolves.toMatchObject({ state: 5 });
    await expect(store.readStream('counter-1')).resolves.toHaveLength(2);
  });

  it('is still of its own organization alone', async () => {
    const { runAt, node } = setUp();
    const here = node();
    await runAt(here, { amount: 90 });
    await expect(runAt(here, { amount: 0, org: 'org_b', commandId: other(1) })).resolves.toMatchObject({ state: 0 });
    await expect(here.look(counters, 'counter-1', 'org_b')).resolves.toBe(0);
    await expect(here.look(counters, 'counter-1', 'org_a')).resolves.toBe(90);
  });
});

interface Asked {
  readonly amount: number;
  readonly commandId?: string;
  readonly repeated?: boolean;
  readonly org?: string;
  readonly begunAt?: number;
}

function setUp() {
  const store = new InMemoryEventStore();
  const appended: StoredEvent[] = [];
  let passed = 0;
  const node = (over: EventStore = store) =>
    new CommandRunner({
      ...{ store: over, clock: tick, monotonic: () => passed },
      onAppended: (events) => appended.push(...events),
    });
  const runAt = (
    runner: CommandRunner,
    { amount, commandId = COMMAND, repeated = false, org = 'org_a', begunAt }: Asked,
  ) => {
    const asked: CommandRun<Add, Added, number> = {
      type: counters,
      stream: 'counter-1',
      commandId,
      metadata: {
        ...{ org_id: org, actor: { type: 'system', id: 's', name: null }, request_id: 'r', correlation_id: 'r' },
        ...{ reason: null, ip: null, user_agent: null },
      },
      command: (now) => ({ amount, now }),
      repeated,
      begunAt,
    };
    return runner.run(asked);
  };
  /** On a node that has met no stream yet. */
  const run = (asked: Asked, over?: EventStore) => runAt(node(over), asked);
  const pass = (ms: number): void => void (passed += ms);
  return { run, runAt, node, pass, store, appended };
}

/** The same store, but each of the next appends finds that somebody else was faster. */
function interfere(store: EventStore, times: number, intervene: () => Promise<unknown>): EventStore {
  let left = times;
  return standIn(() => store, {
    append: async (...args: Parameters<EventStore['append']>) => {
      if (left-- > 0) await intervene();
      return store.append(...args);
    },
  });
}

/** Whatever store it is at the moment, but for what is done differently. */
function standIn(store: () => EventStore, differently: Partial<EventStore> = {}): EventStore {
  return new Proxy(store(), {
    get(_, property) {
      const target = Object.hasOwn(differently, property) ? differently : store();
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function other(number: number): string {
  return `6f1b1c9e-52a0-4f6c-9c6b-${String(number).padStart(12, '0')}`;
}
