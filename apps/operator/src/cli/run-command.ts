import { isError } from '#libs/errors';

type Command = (args: readonly string[], print: (line: string) => void) => Promise<void>;

/** Runs an operator's command with this process' arguments: what goes wrong is one message and exit code 1. */
export async function runCommand(name: string, command: Command): Promise<void> {
  try {
    await command(process.argv.slice(2), (line) => console.log(line));
  } catch (error) {
    console.error(`${name}: ${isError(error) ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
