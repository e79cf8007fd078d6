import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isError } from '#libs/errors';
import { OperatorApi } from '../operator-api.js';
import { projections } from '../projections.js';

/** The compiled file lies in `dist/apps/operator/src/cli` below the repository. */
const REPOSITORY = dirname(fileURLToPath(new URL('../../../../', import.meta.url)));

/** `npm run -s projections -- status | rebuild NAME | unpark NAME STREAM` */
try {
  const api = await OperatorApi.fromEnvironment(process.env, REPOSITORY);
  await projections(process.argv.slice(2), api, (line) => console.log(line));
} catch (error) {
  console.error(`projections: ${isError(error) ? error.message : String(error)}`);
  process.exitCode = 1;
}
