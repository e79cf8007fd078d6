import type { LogPage } from '#libs/event-store';

/** Asks for the next page before it is awaited: a consumer that stops first leaves no failure unhandled behind. */
export function askNext(pages: AsyncIterator<LogPage>): Promise<IteratorResult<LogPage>> {
  const asked = pages.next();
  asked.catch(() => undefined);
  return asked;
}
