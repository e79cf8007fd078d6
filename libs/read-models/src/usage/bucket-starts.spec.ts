import fc from 'fast-check';
import { bucketStarts, type Granularity } from './bucket-starts.js';
import { isTimeZone } from './zone-offsets.js';

const at = (text: string): number => Date.parse(text) / 1_000;
const startsOf = (zone: string, granularity: Granularity, from: string, to: string): readonly string[] =>
  bucketStarts(zone, granularity, at(from), at(to)).map((start) => new Date(start * 1_000).toISOString().slice(0, 16));

it('begins hours where clocks of whole hours do', () => {
  expect(startsOf('UTC', 'hour', '2026-01-01T10:15Z', '2026-01-01T12:00Z')).toEqual([
    '2026-01-01T10:00',
    '2026-01-01T11:00',
  ]);
});

it.each([
  // Offsets of :45, of :30, and of whole hours.
  ['Asia/Kathmandu', ['2026-05-01T18:15', '2026-05-02T18:15']],
  ['America/St_Johns', ['2026-05-02T02:30', '2026-05-03T02:30']],
  ['Asia/Kolkata', ['2026-05-01T18:30', '2026-05-02T18:30']],
  ['Pacific/Chatham', ['2026-05-01T11:15', '2026-05-02T11:15']],
  ['UTC', ['2026-05-02T00:00', '2026-05-03T00:00']],
])('begins days at midnight of %s', (zone, starts) => {
  expect(startsOf(zone, 'day', `${starts[0]}Z`, '2026-05-03T11:15Z').slice(0, 2)).toEqual(starts);
});

it('begins hours of :45 at :15', () => {
  expect(startsOf('Asia/Kathmandu', 'hour', '2026-05-01T10:00Z', '2026-05-01T11:30Z')).toEqual([
    '2026-05-01T09:15',
    '2026-05-01T10:15',
    '2026-05-01T11:15',
  ]);
});

it('gives the day of Berlin 23 hours when an hour is left out, and 25 when one comes twice', () => {
  expect(startsOf('Europe/Berlin', 'day', '2026-03-28T23:00Z', '2026-03-30T22:00Z')).toEqual([
    '2026-03-28T23:00',
    '2026-03-29T22:00',
  ]);
  expect(startsOf('Europe/Berlin', 'day', '2026-10-24T22:00Z', '2026-10-26T23:00Z')).toEqual([
    '2026-10-24T22:00',
    '2026-10-25T23:00',
  ]);
});

it('counts the hour of Berlin that comes twice as two', () => {
  expect(startsOf('Europe/Berlin', 'hour', '2026-10-25T00:00Z', '2026-10-25T02:15Z')).toEqual([
    '2026-10-25T00:00',
    '2026-10-25T01:00',
    '2026-10-25T02:00',
  ]);
});

it('begins half an hour of Lord Howe where its clocks are changed by that much', () => {
  // 02:00 becomes 02:30.
  expect(startsOf('Australia/Lord_Howe', 'hour', '2026-10-03T14:30Z', '2026-10-03T17:00Z')).toEqual([
    '2026-10-03T14:30',
    '2026-10-03T15:30',
    '2026-10-03T16:00',
  ]);
  // 02:00 becomes 01:30.
  expect(startsOf('Australia/Lord_Howe', 'hour', '2026-04-04T14:00Z', '2026-04-04T16:30Z')).toEqual([
    '2026-04-04T14:00',
    '2026-04-04T15:00',
    '2026-04-04T15:30',
  ]);
  expect(startsOf('Australia/Lord_Howe', 'day', '2026-10-03T13:30Z', '2026-10-04T13:15Z')).toEqual([
    '2026-10-03T13:30',
    '2026-10-04T13:00',
  ]);
});

it('begins the day at the first moment that clocks show of it, where midnight is left out or comes twice', () => {
  // Cairo: 00:00 becomes 01:00.
  expect(startsOf('Africa/Cairo', 'day', '2026-04-23T22:00Z', '2026-04-24T22:00Z')).toEqual([
    '2026-04-23T22:00',
    '2026-04-24T21:00',
  ]);
  // Havana: 01:00 becomes 00:00.
  expect(startsOf('America/Havana', 'day', '2026-11-01T04:00Z', '2026-11-02T06:00Z')).toEqual([
    '2026-11-01T04:00',
    '2026-11-02T05:00',
  ]);
  // Cairo again: 00:00 becomes 23:00 of the day before, which so has 25 hours.
  expect(startsOf('Africa/Cairo', 'day', '2026-10-28T21:00Z', '2026-10-30T22:15Z')).toEqual([
    '2026-10-28T21:00',
    '2026-10-29T22:00',
    '2026-10-30T22:00',
  ]);
});

it('knows a day that a zone left out', () => {
  // Samoa went from the 29th to the 31st of December.
  expect(startsOf('Pacific/Apia', 'day', '2011-12-29T10:00Z', '2011-12-31T10:00Z')).toEqual([
    '2011-12-29T10:00',
    '2011-12-30T10:00',
  ]);
});

it('begins months by the clocks of the zone', () => {
  expect(startsOf('Europe/Berlin', 'month', '2026-03-15T00:00Z', '2026-04-30T22:15Z')).toEqual([
    '2026-02-28T23:00',
    '2026-03-31T22:00',
    '2026-04-30T22:00',
  ]);
});

it.each(['UTC', 'europe/berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'EST5EDT', 'CET'])(
  'knows the zone %s',
  (zone) => expect(isTimeZone(zone)).toBe(true),
);

it.each(['', 'Mars/Olympus', '+05:45', 'IST', 'pst', 'SystemV/PST8', 'Europe/Berlin ', 'GMT+5', '../etc', 'CET-1'])(
  'does not know the zone %j',
  (zone) => expect(isTimeZone(zone)).toBe(false),
);

const ZONES = [
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Europe/Berlin',
  'Africa/Casablanca',
  'UTC',
];
const quarter = fc.integer({ min: at('2024-01-01T00:00Z') / 900, max: at('2027-01-01T00:00Z') / 900 });

it('puts every quarter under the hour, day and month that clocks show in it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      quarter,
      fc.integer({ min: 1, max: 4_000 }),
      fc.nat(),
      (zone, first, n, pick) => {
        const [from, to] = [first * 900, (first + n) * 900];
        const second = from + (pick % n) * 900;
        const shown = (seconds: number, options: Intl.DateTimeFormatOptions): string =>
          new Intl.DateTimeFormat('en-US', { timeZone: zone, ...options }).format(seconds * 1_000);
        const day = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
        const labels = {
          hour: { ...day, hour: 'numeric', timeZoneName: 'longOffset' },
          day,
          month: { year: 'numeric', month: 'numeric' },
        } as const;
        for (const granularity of ['hour', 'day', 'month'] as const) {
          const starts = bucketStarts(zone, granularity, from, to);
          const start = starts.findLast((each) => each <= second) ?? Number.NaN;
          expect(starts).toEqual([...new Set(starts)].sort((one, other) => one - other));
          expect(starts.findLastIndex((each) => each <= from)).toBe(0);
          expect(shown(second, labels[granularity])).toBe(shown(start, labels[granularity]));
          expect(shown(start - 900, labels[granularity])).not.toBe(shown(start, labels[granularity]));
        }
      },
    ),
    { numRuns: 60 },
  );
});
