import pg from 'pg';

/** Counts what this process asks of Postgres, at the driver. @returns the count so far */
export function countStatements(): { readonly count: () => number; readonly restore: () => void } {
  let count = 0;
  const { prototype } = pg.Client;
  const original = Object.getOwnPropertyDescriptor(prototype, 'query');
  if (original === undefined) throw new Error('the driver asks in another way');
  const ask = original.value as (...given: unknown[]) => unknown;
  Object.defineProperty(prototype, 'query', {
    ...original,
    value(this: pg.Client, ...given: unknown[]): unknown {
      count++;
      return ask.apply(this, given);
    },
  });
  return { count: () => count, restore: () => Object.defineProperty(prototype, 'query', original) };
}
