import { writeFile } from 'node:fs/promises';
import { settingsTable } from '../settings-table.js';

await writeFile('docs/settings.md', settingsTable());
