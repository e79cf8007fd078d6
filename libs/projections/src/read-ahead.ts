/**
 * The same values, each asked for while the consumer still works on the one before: at most one is held ready. A
 * failure is thrown where its value would have been, after all before it were handed out.
 */
export async function* readAhead<T>(source: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<T>> => {
    const asked = iterator.next();
    // Seen when it is awaited below; a consumer that stops first leaves nothing unhandled behind.
    asked.catch(() => undefined);
    return asked;
  };
  let next = ask();
  try {
    for (;;) {
      const result = await next;
      if (result.done === true) return;
      next = ask();
      yield result.value;
    }
  } finally {
    // Not awaited: it ends behind what was asked for, which may come only with the next event.
    iterator.return?.().catch(() => undefined);
  }
}
