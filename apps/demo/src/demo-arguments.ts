import { parseArgs } from 'node:util';
import { isError } from '#libs/errors';
import { DemoFailed } from './demo-failed.js';

const USAGE = `usage: npm run demo -- [--minutes N] [--jobs N]
  --minutes N over how many minutes the jobs are submitted: 0.1 to 120, default 5
  --jobs N    how many: 1 to 10000, default 200`;

export interface DemoArguments {
  /** Over how long jobs are submitted; the last ones end some seconds later. */
  readonly minutes: number;
  readonly jobs: number;
}

/** @throws DemoFailed that says how it is used */
export function demoArguments(args: readonly string[]): DemoArguments {
  const { minutes, jobs } = parsed(args);
  if (!(Number(minutes) >= 0.1 && Number(minutes) <= 120)) throw new DemoFailed(`--minutes is out of range\n${USAGE}`);
  if (!Number.isInteger(Number(jobs)) || Number(jobs) < 1 || Number(jobs) > 10_000)
    throw new DemoFailed(`--jobs is out of range\n${USAGE}`);
  return { minutes: Number(minutes), jobs: Number(jobs) };
}

function parsed(args: readonly string[]) {
  try {
    const options = {
      minutes: { type: 'string', default: '5' },
      jobs: { type: 'string', default: '200' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new DemoFailed(`${isError(error) ? error.message : String(error)}\n${USAGE}`, { cause: error });
  }
}
