import { walSegmentsBetween } from './wal-segments.js';

it('names every segment from the first to the last, over the end of a log file too', () => {
  expect(walSegmentsBetween('0000000100000000000000FE', '000000010000000100000001')).toEqual([
    '0000000100000000000000FE',
    '0000000100000000000000FF',
    '000000010000000100000000',
    '000000010000000100000001',
  ]);
  expect(walSegmentsBetween('00000001000000000000000A', '00000001000000000000000A')).toEqual([
    '00000001000000000000000A',
  ]);
});

it('refuses what no single run of segments is', () => {
  expect(() => walSegmentsBetween('000000010000000000000001', '000000020000000000000002')).toThrow(/timeline/);
  expect(() => walSegmentsBetween('', '000000020000000000000002')).toThrow(/no segment/);
});
