import TestSequencer from '@jest/test-sequencer';

const PROJECTS = ['e2e', 'int', 'unit'];

/**
 * Where no earlier run has left its durations, as in CI, jest begins with the largest files, and ends with a small one
 * that starts the whole product while all other workers have nothing left to do. So the longest level goes first.
 */
export default class SlowestFirst extends TestSequencer {
  sort(tests) {
    const level = ({ context }) => PROJECTS.indexOf(context.config.displayName?.name);
    return super.sort(tests).sort((one, other) => level(one) - level(other));
  }
}
