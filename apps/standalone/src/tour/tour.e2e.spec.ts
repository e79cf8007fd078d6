import { readFileSync } from 'node:fs';
import { MODES, StartedSystem } from '#libs/testing';
import { takeTour } from './take-tour.js';
import { parseTour, readable, withoutAccidents } from './tour.js';

it.each(MODES)(
  'the README tour prints, %s, what the README says: run `npm run docs:tour` after a change',
  async (mode) => {
    const steps = parseTour(readFileSync('README.md', 'utf8'));
    expect(steps.filter(({ output }) => output !== null).length).toBeGreaterThan(6);
    const system = await StartedSystem.start({ mode, first: true });
    try {
      const printed = await takeTour(steps, system.dataDir, system.url);
      steps.forEach(({ commands, output }, index) => {
        const found = withoutAccidents(readable(printed[index] ?? ''));
        expect({ commands, output: found }).toEqual({ commands, output: withoutAccidents(readable(output ?? '')) });
      });
    } finally {
      await system.dispose();
    }
  },
);
