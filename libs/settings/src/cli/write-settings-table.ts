import { writeFile } from 'node:fs/promises';
import { environmentExample } from '../environment-example.js';
import { settingsTable } from '../settings-table.js';

await writeFile('docs/settings.md', settingsTable());
await writeFile('.env.example', environmentExample());
