import { readFileSync } from 'node:fs';
import { readContractFile } from './read-contract-file.js';
import { webhookEventsPage } from './webhook-events-page.js';

it('is what the repository holds: run `npm run docs:events` after a change', () => {
  expect(readFileSync('docs/webhook-events.md', 'utf8')).toBe(webhookEventsPage(readContractFile));
});
