import { retryAfterSeconds } from './retry-after.js';

const NOW = Date.parse('1994-11-06T08:49:07.500Z');

it.each([
  ['0', 0],
  [' 120 ', 120],
  ['999999999999999999999', 1_000_000_000],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 30],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 30],
  ['Sun Nov  6 08:49:37 1994', 30],
  ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
  [undefined, null],
  ['', null],
  ['-1', null],
  ['1.5', null],
  ['1e3', null],
  ['soon', null],
  ['Someday, GMT', null],
  ['1994-11-06', null],
  [['5', '10'], 5],
])('reads %j as %s', (header, seconds) => {
  expect(retryAfterSeconds(header, NOW)).toBe(seconds);
});
