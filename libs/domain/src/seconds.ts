/** The second that a millisecond instant lies in, Unix seconds; every time in state and answers is one. */
export function toSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
