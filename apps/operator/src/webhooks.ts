import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { BEGINNING, toPosition, type Position } from '#libs/event-store';
import { askSendFrom, deliveryBacklog, endpointCounts, operatedFanOut } from '#libs/webhook-deliveries';
import { OperatorFailed } from './operator-failed.js';
import { catchUpLine, webhooksReport, type ShownWebhooks } from './webhooks-report.js';

const USAGE = 'usage: npm run -s webhooks -- status [--json] | send-from POSITION | send-from beginning';
const LOOK_EVERY_MS = 1_000;
/** The owner of the fan-out looks for requests once a second, and a standby takes some more; past this, none runs. */
const BEGINS_WITHIN_MS = 15_000;

type Print = (line: string) => void;

/**
 * Carries out one command over the database, for the fan-out must be served where the API does not run too.
 * @param client of the operator role
 * @throws OperatorFailed
 */
export async function webhooks(args: readonly string[], client: pg.ClientBase, print: Print): Promise<void> {
  const [command, argument, ...more] = args;
  if (command === 'status' && more.length === 0 && (argument === undefined || argument === '--json')) {
    const now = await shown(client);
    print(argument === '--json' ? JSON.stringify(now, null, 2) : webhooksReport(now));
  } else if (command === 'send-from' && argument !== undefined && more.length === 0) {
    await sendFrom(client, positionOf(argument), print);
  } else {
    throw new OperatorFailed(USAGE);
  }
}

function positionOf(argument: string): Position {
  if (argument === 'beginning') return BEGINNING;
  if (!/^[0-9]{1,20}$/.test(argument)) throw new OperatorFailed(`${argument} is no position of the log.\n${USAGE}`);
  return toPosition(argument);
}

/** Until the log was folded up to where it ended. Whoever leaves stops nothing: that is the dispatchers' work. */
async function sendFrom(client: pg.ClientBase, position: Position, print: Print): Promise<void> {
  if (!(await askSendFrom(client, position))) throw nothingYet();
  print(`asked for: send what happened after ${position}, and was not delivered`);
  for (const askedAt = performance.now(); ; await delay(LOOK_EVERY_MS)) {
    const { fan_out } = await shown(client);
    if (fan_out.asked_send_from === null) {
      if (BigInt(fan_out.position) >= BigInt(fan_out.catch_up_to))
        return print(`the log was folded again; what happened after ${fan_out.send_from} is sent`);
      print(catchUpLine(fan_out));
    } else if (performance.now() - askedAt > BEGINS_WITHIN_MS) {
      throw new OperatorFailed('No dispatcher has begun it yet: is one running? The request stands until one does.');
    }
  }
}

async function shown(client: pg.ClientBase): Promise<ShownWebhooks> {
  const fanOut = await operatedFanOut(client);
  if (fanOut === null) throw nothingYet();
  const { position, sendFrom, askedSendFrom, catchUpTo } = fanOut;
  const backlog = await deliveryBacklog(client);
  const isOwned = (await client.query(OWNED)).rowCount === 1;
  return {
    fan_out: {
      state: !isOwned ? 'unowned' : position < catchUpTo ? 'catching up' : 'running',
      position: position.toString(),
      send_from: sendFrom.toString(),
      asked_send_from: askedSendFrom?.toString() ?? null,
      catch_up_to: catchUpTo.toString(),
    },
    deliveries: {
      ...{ pending: backlog.pending, in_flight: backlog.inFlight, oldest_due_seconds: backlog.oldestSeconds },
    },
    endpoints: await endpointCounts(client),
  };
}

function nothingYet(): OperatorFailed {
  return new OperatorFailed(
    'There is no fan-out of webhooks yet: it is made at the first start of an API or a dispatcher.',
  );
}

/** An owner renews its lease twice a second. */
const OWNED = `
  select from read_models.projection_leases
  where projection = 'webhook-fan-out' and renewed_at > clock_timestamp() - interval '5 seconds'`;
