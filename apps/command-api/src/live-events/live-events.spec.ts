import { setImmediate as turn } from 'node:timers/promises';
import { DatabaseUnavailable } from '#libs/postgres';
import { EVERYBODY } from '#libs/read-models';
import { eventually, recorded } from '#libs/testing';
import { LiveScenario as Scenario, StreamReader as Reader } from '../testing/live-scenario.js';

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('readers that keep up', () => {
  it('get every event once, read once for all of them', async () => {
    const scenario = new Scenario();
    scenario.append(3);
    const readers = await Promise.all(Array.from({ length: 100 }, async () => new Reader(await scenario.listen())));
    await turn();
    scenario.reads = 0;
    scenario.append(20);
    for (const reader of readers) expect(await reader.takes(20)).toEqual(numbers(4, 23));
    expect(scenario.reads).toBeLessThanOrEqual(2);
    expect(scenario.events.heldBytes).toBe(0);
  });

  it('cost nothing once they are gone', async () => {
    const scenario = new Scenario();
    const streams = [await scenario.listen(), await scenario.listen()];
    expect([scenario.events.open, scenario.newsIsOn]).toEqual([2, true]);
    streams.forEach((stream) => stream.end('client'));
    expect([scenario.events.open, scenario.newsIsOn]).toEqual([0, false]);
    scenario.reads = 0;
    scenario.append(5);
    scenario.events.heard(EVERYBODY);
    await turn();
    expect(scenario.reads).toBe(0);
  });

  it('get what is of their kinds alone', async () => {
    const scenario = new Scenario();
    const reader = new Reader(await scenario.listen({ kinds: new Set(['job']) }));
    const all = new Reader(await scenario.listen());
    scenario.append(5);
    const data = { job_id: 'job_1', attempt: 1, worker_id: null, lease_seconds: 30 };
    scenario.append(1, 6, recorded({ type: 'job.leased', data }));
    expect(await all.takes(6)).toEqual(numbers(1, 6));
    expect(await reader.takes(1)).toEqual([6]);
  });

  it('wait for a database that is away, and go on where they were', async () => {
    const scenario = new Scenario();
    const reader = new Reader(await scenario.listen());
    scenario.append(1);
    await reader.takes(1);
    scenario.outage = new DatabaseUnavailable('away');
    scenario.append(1);
    await eventually('a try', () => (scenario.reads > 3 ? true : null));
    scenario.outage = null;
    expect(await reader.takes(2)).toEqual([1, 2]);
  });
});

describe('readers that come back', () => {
  it('get what they missed at their own pace, and then what comes', async () => {
    const scenario = new Scenario();
    scenario.append(1);
    const before = await scenario.listen();
    const early = new Reader(before);
    const [place = ''] = await eventually('the opening', () => (early.places.length > 0 ? early.places : null));
    before.end('client');
    scenario.append(5_000);
    const stream = await scenario.listen({ lastEventId: place });
    scenario.reads = 0;
    await eventually('a full buffer', () => (stream.isFull ? true : null));
    await turn();
    // Nothing more is read for one that takes nothing, but it is not closed for what it has not asked for.
    expect(scenario.reads).toBeLessThan(5);
    expect(stream.hasEnded).toBe(false);
    const reader = new Reader(stream);
    await reader.takes(5_000);
    scenario.append(10);
    expect(await reader.takes(5_010)).toEqual(numbers(2, 5_011));
  });

  it('take none of the room that readers of other organizations have to fall behind, and get all of it', async () => {
    const scenario = new Scenario({ owedBytesOfAll: 20_000 });
    const opened = new Reader(await scenario.listen());
    const [place = ''] = await eventually('the opening', () => (opened.places.length > 0 ? opened.places : null));
    scenario.append(500);
    await opened.takes(500);
    const streams = await Promise.all(Array.from({ length: 10 }, () => scenario.listen({ lastEventId: place })));
    const other = await scenario.listen({ orgId: 'org_b' });
    await eventually('full buffers', () => (streams.every(({ isFull }) => isFull) ? true : null));
    await turn();
    expect(scenario.events.heldBytes).toBe(0);
    await eventually('one that is behind', () => {
      scenario.append(1);
      scenario.events.heard(EVERYBODY);
      return scenario.events.heldBytes > 0 ? true : null;
    });
    expect([other.isFull, scenario.ended]).toEqual([true, []]);
    const written = scenario.log.length;
    const readers = [...streams, other].map((stream) => new Reader(stream));
    for (const reader of readers.slice(0, 10)) expect(await reader.takes(written)).toEqual(numbers(1, written));
    expect(await readers.at(-1)?.takes(written - 500)).toEqual(numbers(501, written));
    await eventually('nothing held', () => (scenario.events.heldBytes === 0 ? true : null));
    expect(scenario.ended).toEqual([]);
  });

  it('are told 422 of a place in another log', async () => {
    const [one, other] = [new Scenario(), new Scenario()];
    one.append(3);
    const reader = new Reader(await one.listen());
    const [place = ''] = await eventually('the opening', () => (reader.places.length > 0 ? reader.places : null));
    other.append(3);
    const [row] = other.log.splice(2);
    if (row !== undefined) other.log.push({ ...row, event: { ...row.event, id: '1'.repeat(36) } });
    await expect(other.listen({ lastEventId: place })).rejects.toMatchObject({ code: 'validation_failed' });
    other.log.length = 2;
    await expect(other.listen({ lastEventId: place })).rejects.toMatchObject({ code: 'read_model_behind' });
    expect([other.events.open, other.newsIsOn]).toEqual([0, false]);
  });
});

describe('readers that are behind', () => {
  it('are owed no more than so many events, and cost the others nothing', async () => {
    const scenario = new Scenario({ owedEvents: 100 });
    const slow = await scenario.listen();
    const reader = new Reader(await scenario.listen());
    await eventually('a full buffer', () => {
      scenario.append(10);
      return slow.isFull ? true : null;
    });
    expect(scenario.events.heldBytes).toBeGreaterThan(0);
    scenario.append(90);
    await reader.takes(scenario.log.length);
    expect(slow.hasEnded).toBe(false);
    scenario.append(110);
    expect(await reader.takes(scenario.log.length)).toEqual(numbers(1, scenario.log.length));
    expect([slow.hasEnded, scenario.cut, scenario.ended]).toEqual([true, [slow], ['slow']]);
    expect(scenario.events.heldBytes).toBe(0);
  });

  it('go on with what they are owed once they take it', async () => {
    const scenario = new Scenario();
    const stream = await scenario.listen();
    await eventually('a full buffer', () => {
      scenario.append(10);
      return stream.isFull ? true : null;
    });
    scenario.append(500);
    await eventually('what is owed', () => (scenario.events.heldBytes > 50_000 ? true : null));
    const reader = new Reader(stream);
    expect(await reader.takes(scenario.log.length)).toEqual(numbers(1, scenario.log.length));
    await eventually('nothing held', () => (scenario.events.heldBytes === 0 ? true : null));
  });

  it('are held for in a bounded number of bytes, of one organization and of all', async () => {
    for (const limits of [{ owedBytes: 20_000 }, { owedBytesOfAll: 20_000 }]) {
      const scenario = new Scenario(limits);
      const slow = await Promise.all(Array.from({ length: 10 }, () => scenario.listen()));
      await eventually('their end', () => {
        scenario.append(50);
        expect(scenario.events.heldBytes).toBeLessThanOrEqual(20_000);
        return slow.every(({ hasEnded }) => hasEnded) ? true : null;
      });
      expect(scenario.ended).toEqual(slow.map(() => 'slow'));
    }
  });

  it('are cut off when they take nothing at all for too long', async () => {
    const scenario = new Scenario({ stalledMs: 1 });
    const stream = await scenario.listen();
    scenario.append(100);
    await eventually('the end', () => (stream.hasEnded ? true : null));
    expect(scenario.ended).toEqual(['slow']);
  });
});

describe('a log with a gap', () => {
  it('is sent as far as the gap, then the streams end, and nobody passes it by coming back', async () => {
    const scenario = new Scenario();
    const reader = new Reader(await scenario.listen());
    scenario.append(3);
    scenario.append(5, 5);
    await eventually('the end', () => (reader.hasEnded ? true : null));
    expect([reader.seqs, scenario.ended]).toEqual([[1, 2, 3], ['fault']]);
    const lastEventId = reader.places.at(-1) ?? '';
    await expect(scenario.listen({ lastEventId })).rejects.toMatchObject({ code: 'read_model_behind' });
    const fresh = new Reader(await scenario.listen());
    scenario.append(1);
    expect(await fresh.takes(1)).toEqual([10]);

    scenario.log.splice(3, 0, ...scenario.log.slice(2, 3).map((row) => ({ ...row, seq: 4 })));
    const again = new Reader(await scenario.listen({ lastEventId }));
    expect(await again.takes(7)).toEqual(numbers(4, 10));
  });

  it('ends a stream that comes upon it on its way', async () => {
    const scenario = new Scenario();
    const reader = new Reader(await scenario.listen());
    const [opening = ''] = await eventually('the opening', () => (reader.places.length > 0 ? reader.places : null));
    scenario.append(60);
    await reader.takes(60);
    scenario.log.splice(55, 1);
    const again = new Reader(await scenario.listen({ lastEventId: opening }));
    await eventually('the end', () => (again.hasEnded ? true : null));
    expect(again.seqs).toEqual(numbers(1, 55));
  });
});

describe('the end', () => {
  it('comes when the credential is no longer good, or nobody can tell', async () => {
    for (const isStillGood of [() => false, async () => false]) {
      const scenario = new Scenario();
      const reader = new Reader(await scenario.listen({ isStillGood }));
      await eventually('the end', () => (reader.hasEnded ? true : null));
      expect(scenario.ended).toEqual(['credential']);
    }
  });

  it('comes for all at a stop, and at once for those that come after it', async () => {
    const scenario = new Scenario();
    const readers = [new Reader(await scenario.listen()), new Reader(await scenario.listen())];
    scenario.events.stop();
    readers.push(new Reader(await scenario.listen()));
    for (const reader of readers) await eventually('the end', () => (reader.hasEnded ? true : null));
    expect(scenario.ended).toEqual(['shutdown', 'shutdown', 'shutdown']);
    expect([scenario.events.open, scenario.newsIsOn]).toEqual([0, false]);
  });

  it('cuts off who does not take it either', async () => {
    const scenario = new Scenario();
    const stream = await scenario.listen();
    scenario.events.stop();
    await eventually('the cut', () => (scenario.cut.includes(stream) ? true : null));
  });

  it('is no end for others: there are only so many streams', async () => {
    const scenario = new Scenario({ streams: 3, streamsOfOne: 2 });
    const [first] = await Promise.all([scenario.listen(), scenario.listen()]);
    await expect(scenario.listen()).rejects.toMatchObject({ code: 'rate_limited' });
    await scenario.listen({ orgId: 'org_b' });
    await expect(scenario.listen({ orgId: 'org_b' })).rejects.toMatchObject({ code: 'rate_limited' });
    first.end('client');
    await scenario.listen();
    expect(scenario.events.open).toBe(3);
  });
});
