import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { readResponse } from './read-response.js';
import type { ResponseStream } from './response-stream.js';
import { serviceErrors } from './service-errors.js';
import type { LogRecord, StandInLog } from './stand-in-log.js';
import { streamFilter } from './stream-filter.js';

/** The real server holds 32 live events, and 32 responses, for a subscriber who does not take them. */
const LIVE_BUFFER = 64;
const DEFAULT_WINDOW = 32;

/** A catch-up subscription to all: what is there, `caughtUp`, then what comes, for as long as the subscriber keeps up. */
export async function subscribeToAll(
  log: StandInLog,
  options: ReadReq.Options,
  responses: ResponseStream,
): Promise<void> {
  const passes = streamFilter(options);
  const filter = options.getFilter();
  const window = filter?.hasMax() === true ? filter.getMax() : DEFAULT_WINDOW;
  const interval = filter === undefined ? Infinity : filter.getCheckpointintervalmultiplier() * window;
  await responses.write(readResponse.confirmation(randomUUID()));
  let considered = 0;
  let index = startOf(log, options);
  while (index < log.records.length && !responses.over) {
    const page = log.records.slice(index, index + window);
    // As the real server has it: where nothing passes, the checkpoint is where the page began.
    let checkpoint = page[0]?.position ?? 0;
    for (const record of page.filter(passes)) {
      checkpoint = record.position;
      await responses.write(readResponse.event(record));
    }
    index += page.length;
    considered += page.length;
    if (considered >= interval && index < log.records.length) {
      considered %= interval;
      await responses.write(readResponse.checkpoint(checkpoint));
    }
    await turn();
  }
  if (!responses.over) await goLive(log, responses, { passes, interval, considered, index });
}

/** Behind a position, and behind the first record from there on where it is inside one. */
function startOf(log: StandInLog, options: ReadReq.Options): number {
  const all = options.getAll();
  if (all?.hasEnd() === true) return log.records.length;
  if (all?.hasPosition() !== true) return 0;
  return Math.min(log.indexAt(Number(all.getPosition()?.getCommitPosition())) + 1, log.records.length);
}

interface Live {
  readonly passes: (record: LogRecord) => boolean;
  readonly interval: number;
  considered: number;
  readonly index: number;
}

async function goLive(log: StandInLog, responses: ResponseStream, live: Live): Promise<void> {
  const waiting: ReadResp[] = [readResponse.caughtUp()];
  let wake: () => void = () => undefined;
  let tooSlow = false;
  const hear = (record: LogRecord): void => {
    if (live.passes(record)) waiting.push(readResponse.event(record));
    if (++live.considered >= live.interval) {
      live.considered = 0;
      waiting.push(readResponse.checkpoint(record.position));
    }
    tooSlow ||= waiting.length > LIVE_BUFFER;
    wake();
  };
  const stopHearing = log.listen(hear);
  // What came between the last page and now.
  for (const record of log.records.slice(live.index)) hear(record);
  try {
    while (!responses.over) {
      if (tooSlow) return responses.fail(serviceErrors.consumerTooSlow());
      const next = waiting.shift();
      if (next !== undefined) await responses.write(next);
      else await Promise.race([new Promise<void>((resolve) => (wake = resolve)), responses.closed]);
    }
  } finally {
    stopHearing();
  }
}
