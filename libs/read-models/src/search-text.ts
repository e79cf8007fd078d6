/** Stands between two texts that are searched together; no text of ours may contain it, so that no match spans both. */
const BETWEEN = '\u001f';

/** What a search looks through: any case is one case, and this same folding is done to what is looked for. */
export function searchText(...parts: readonly (string | null)[]): string {
  return parts
    .filter((part) => part !== null)
    .join(BETWEEN)
    .toLowerCase();
}
