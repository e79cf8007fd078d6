/** Of 16 MiB each, which is what every cluster of ours has. */
const SEGMENTS_IN_A_LOG = 256n;
const NAME = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/;

/** The names of all segments of the write-ahead log from one to another. @throws Error where they belong to two timelines */
export function walSegmentsBetween(first: string, last: string): readonly string[] {
  const [from, to] = [parse(first), parse(last)];
  if (from.timeline !== to.timeline) throw new Error('the server changed its timeline during the backup');
  const names: string[] = [];
  for (let number = from.number; number <= to.number; number++)
    names.push(from.timeline + hex(number / SEGMENTS_IN_A_LOG) + hex(number % SEGMENTS_IN_A_LOG));
  return names;
}

function parse(name: string): { readonly timeline: string; readonly number: bigint } {
  const [, timeline, log, segment] = NAME.exec(name) ?? [];
  if (timeline === undefined) throw new Error(`${name} is no segment of the write-ahead log`);
  return { timeline, number: BigInt(`0x${log}`) * SEGMENTS_IN_A_LOG + BigInt(`0x${segment}`) };
}

function hex(value: bigint): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}
