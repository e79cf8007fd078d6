/** The LIKE pattern of "has this text in it, in any case" for a column made by `searchText`: nothing in it is special. */
export function containsPattern(text: string): string {
  return `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
}
