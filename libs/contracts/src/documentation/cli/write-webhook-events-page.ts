import { writeFile } from 'node:fs/promises';
import { readContractFile } from '../read-contract-file.js';
import { webhookEventsPage } from '../webhook-events-page.js';

await writeFile('docs/webhook-events.md', webhookEventsPage(readContractFile));
