/** Per cent. Receivers are told of a job's progress when it reaches or passes one, of several at once once. */
const MARKS: readonly number[] = [25, 50, 75];

/** Whether there is a mark above the one and not above the other, per cent. */
export function crossesMark(before: number, now: number): boolean {
  return MARKS.some((mark) => before < mark && mark <= now);
}
