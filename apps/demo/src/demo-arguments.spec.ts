import { demoArguments } from './demo-arguments.js';

it('submits 200 jobs within 5 minutes where nothing else is said', () =>
  expect(demoArguments([])).toEqual({ minutes: 5, jobs: 200 }));

it('takes minutes and jobs', () =>
  expect(demoArguments(['--minutes', '0.5', '--jobs=20'])).toEqual({ minutes: 0.5, jobs: 20 }));

it.each([['--minutes', '0'], ['--minutes', 'soon'], ['--jobs', '1.5'], ['--jobs', '0'], ['--speed', '2'], ['20']])(
  'refuses %s %s and says how it is used',
  (...args) => expect(() => demoArguments(args.filter((arg) => arg !== undefined))).toThrow('usage: npm run demo'),
);
