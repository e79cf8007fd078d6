/** Runs the query of one page; may run it again, for it only reads. */
export type ReadPage = <T>(query: () => Promise<T>) => Promise<T>;

export const readOnce: ReadPage = (query) => query();
