import { readFile, writeFile } from 'node:fs/promises';
import { StartedSystem } from '#libs/testing';
import { takeTour } from '../take-tour.js';
import { parseTour, writeOutputs } from '../tour.js';

/** `npm run docs:tour`: takes the README's tour on a fresh system and writes what it really prints into it. */
const system = await StartedSystem.start();
try {
  const readme = await readFile('README.md', 'utf8');
  const outputs = await takeTour(parseTour(readme), system.dataDir, system.url);
  await writeFile('README.md', writeOutputs(readme, outputs));
} finally {
  await system.dispose();
}
