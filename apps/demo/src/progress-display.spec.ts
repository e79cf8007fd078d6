import { ProgressDisplay } from './progress-display.js';

function shownOn(screen: { readonly isTTY?: boolean; readonly columns?: number }): readonly string[] {
  const written: string[] = [];
  const display = new ProgressDisplay({ ...screen, write: (text) => written.push(text) });
  display.show({ submitted: 5, ended: 0, jobs: 20 });
  display.show({ submitted: 6, ended: 1, jobs: 20 });
  display.show({ submitted: 12, ended: 10, jobs: 20 });
  display.say('over');
  return written;
}

it('moves a bar on one line of a terminal', () =>
  expect(shownOn({ isTTY: true, columns: 100 })).toEqual([
    '\r\u001b[K[------------------------------] 0% 0 of 20 jobs ended, 5 open',
    '\r\u001b[K[##----------------------------] 5% 1 of 20 jobs ended, 5 open',
    '\r\u001b[K[###############---------------] 50% 10 of 20 jobs ended, 2 open',
    '\nover\n',
  ]));

it('keeps within a narrow one', () => expect(shownOn({ isTTY: true, columns: 12 })[0]).toBe('\r\u001b[K[----------'));

it('takes a terminal that does not know its width for an ordinary one', () =>
  expect(shownOn({ isTTY: true, columns: 0 })).toEqual(shownOn({ isTTY: true })));

it('writes a line for each tenth elsewhere', () =>
  expect(shownOn({})).toEqual(['0% 0 of 20 jobs ended, 5 open\n', '50% 10 of 20 jobs ended, 2 open\n', 'over\n']));
