import { readFileSync } from 'node:fs';
import { eventsPage } from './events-page.js';
import { goldenData } from './golden-data.js';

it('is what the repository holds: run `npm run docs:events` after a change', () => {
  expect(readFileSync('docs/events.md', 'utf8')).toBe(eventsPage(goldenData));
});
