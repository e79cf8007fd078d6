import { replayArguments } from './replay-arguments.js';

it('takes a file, an instant and a form', () => {
  const expected = { file: '/here/log.ndjson', asOfMs: 1_700_000_000_000, json: false };
  expect(replayArguments(['log.ndjson', '--as-of', '1700000000'], '/here')).toEqual(expected);
  expect(replayArguments(['--json', '--as-of=2023-11-14T22:13:20Z', '/there/x'], '/here')).toEqual({
    ...{ ...expected, file: '/there/x', json: true },
  });
});

it.each([
  [[], /one FILE/],
  [['a', 'b', '--as-of', '0'], /one FILE/],
  [['a'], /--as-of must be/],
  [['a', '--as-of', 'yesterday'], /--as-of must be/],
  [['a', '--as-of', '0', '--yaml'], /--yaml/],
])('says how it is used to %j', (args, problem) => {
  expect(() => replayArguments(args, '/')).toThrow(problem);
  expect(() => replayArguments(args, '/')).toThrow(/usage: npm run -s replay/);
});
