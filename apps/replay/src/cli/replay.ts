import { isError } from '#libs/errors';
import { replay } from '../replay.js';

/** `npm run -s replay -- FILE --as-of T`: prints the keys on standard output, what they rest on beside it. */
try {
  const { keys, note } = await replay(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
  console.log(keys);
  console.error(note);
} catch (error) {
  console.error(`replay: ${isError(error) ? error.message : String(error)}`);
  process.exitCode = 1;
}
