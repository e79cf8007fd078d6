import { setTimeout as delay } from 'node:timers/promises';
import type { OperatorApi, ShownProjection } from './operator-api.js';
import { OperatorFailed } from './operator-failed.js';
import { projectionsReport, rebuildLine } from './projections-report.js';

const USAGE = `usage: npm run -s projections -- status [--json] | rebuild NAME | unpark NAME STREAM`;
const LOOK_EVERY_MS = 1_000;
/** The projectors look for requests once a second; past this, none of them runs. */
const BEGINS_WITHIN_MS = 15_000;

type Print = (line: string) => void;

/** Carries out one command and prints what people want to know of it. @throws OperatorFailed */
export async function projections(args: readonly string[], api: OperatorApi, print: Print): Promise<void> {
  const [command, name, stream, ...more] = args;
  if (command === 'status' && stream === undefined && (name === undefined || name === '--json')) {
    const all = await api.projections();
    print(name === '--json' ? JSON.stringify(all, null, 2) : projectionsReport(all));
  } else if (command === 'rebuild' && name !== undefined && stream === undefined) {
    await rebuild(api, name, print);
  } else if (command === 'unpark' && name !== undefined && stream !== undefined && more.length === 0) {
    await unpark(api, name, stream, print);
  } else {
    throw new OperatorFailed(USAGE);
  }
}

/** Until the rebuilt tables serve. A reader that leaves stops nothing: the rebuild is the projectors' work. */
async function rebuild(api: OperatorApi, name: string, print: Print): Promise<void> {
  const before = await shown(api, name);
  await api.rebuild(name);
  print(`rebuild of ${name} asked for`);
  const askedAt = performance.now();
  for (let begun = false; ; await delay(LOOK_EVERY_MS)) {
    const now = await shown(api, name);
    if (now?.generation !== before?.generation)
      return print(`${name} serves from the tables that were built anew, generation ${now?.generation}`);
    const progress = now?.rebuild ?? null;
    if (progress?.state === 'building') {
      begun = true;
      print(rebuildLine(progress));
    } else if (progress?.state === 'failed' && (begun || progress.started_at !== before?.rebuild?.started_at)) {
      throw new OperatorFailed(rebuildLine(progress));
    } else if (performance.now() - askedAt > BEGINS_WITHIN_MS) {
      throw new OperatorFailed('No projector has begun it yet: is one running? The request stands until one does.');
    }
  }
}

async function unpark(api: OperatorApi, name: string, stream: string, print: Print): Promise<void> {
  await api.unpark(name, stream);
  for (const askedAt = performance.now(); performance.now() - askedAt < BEGINS_WITHIN_MS; await delay(LOOK_EVERY_MS)) {
    const parked = (await shown(api, name))?.parked_streams.some((one) => one.stream === stream);
    if (parked === false) return print(`${stream} is projected again`);
  }
  throw new OperatorFailed(`${stream} is still parked: the projector's log says why, or no projector is running.`);
}

async function shown(api: OperatorApi, name: string): Promise<ShownProjection | undefined> {
  return (await api.projections()).find((projection) => projection.name === name);
}
