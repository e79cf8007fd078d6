import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runUntilTold } from '#libs/lifecycle';
import { runCommandApi } from './run-command-api.js';

/** The compiled file lies in `dist/apps/command-api/src` below the repository. */
const REPOSITORY = dirname(fileURLToPath(new URL('../../../', import.meta.url)));

await runUntilTold((signal) => runCommandApi({ environment: process.env, signal, documentationRoot: REPOSITORY }));
