import { writeFile } from 'node:fs/promises';
import { eventsPage } from '../events-page.js';
import { goldenData } from '../golden-data.js';

await writeFile('docs/events.md', eventsPage(goldenData));
