import { AccessDeniedError } from '@eventstore/db-client';
import { Metadata } from '@grpc/grpc-js';
import { BEGINNING, EventStoreUnavailable, LogIntegrityError, toPosition, type Position } from '#libs/event-store';
import { SILENT, type Logger } from '#libs/observability';
import { followLog } from './follow-log.js';
import type { SharedClient } from './shared-client.js';
import type { Ticker } from './ticker.js';

const denied = Object.assign(new Error('Access Denied'), { code: 7, details: '', metadata: new Metadata() });

/** What ends a subscription whose questions for the head are answered with these in turn, and how often it was in vain. */
async function endOf(...answers: (Position | Error)[]): Promise<{ error: unknown; interruptions: number }> {
  let interruptions = 0;
  const logger: Logger = { ...SILENT, warn: () => void interruptions++ };
  const head = async (): Promise<Position> => {
    const answer = answers.shift() ?? new TypeError('asked once too often');
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const options = { head, logger, shared: {} as SharedClient, ticker: { start: () => undefined } as Ticker };
  const pages = followLog(options, { after: toPosition(BEGINNING + 5n), signal: new AbortController().signal });
  try {
    await pages.next();
    return { error: null, interruptions };
  } catch (error) {
    return { error, interruptions };
  }
}

it('outlives an outage, and ends with what the server refuses', async () => {
  const refused = new AccessDeniedError(denied);
  const outages = [new EventStoreUnavailable('no answer'), new Error('Failed to discover after 10 attempts.')];
  expect(await endOf(...outages, refused)).toEqual({ error: refused, interruptions: 2 });
});

it('ends with a log that ends before what was seen', async () => {
  const { error, interruptions } = await endOf(toPosition(4n));
  expect(error).toBeInstanceOf(LogIntegrityError);
  expect(interruptions).toBe(0);
});
