import { makeToken } from './make-token.js';

/** `npm run -s token -- …`: prints a token and nothing else. */
try {
  console.log(await makeToken(process.argv.slice(2), process.env));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
