import type pg from 'pg';
import type { LogMessage } from '#libs/contracts';
import { toPosition, type Position } from '#libs/event-store';
import { CheckpointConflict } from '#libs/projections';
import { writeEndpointStep, writeFanOut, type FanOutMove } from '#libs/webhook-deliveries';
import { completeMessages } from './complete-events.js';
import { endpointStep } from './endpoint-step.js';
import type { FanOutPage } from './fan-out-page.js';
import { FAN_OUT_WORK } from './fan-out-work.js';
import { PageRows } from './page-rows.js';
import { SubscribedEndpoints } from './subscribed-endpoints.js';

/** The fan-out in the hands of its owner. */
export class OwnedFanOut {
  readonly #endpoints = new SubscribedEndpoints();

  constructor(
    /** The owner's session. */
    private readonly client: pg.ClientBase,
    private position: Position,
  ) {}

  get checkpoint(): Position {
    return this.position;
  }

  /**
   * Writes what is to be sent of a page: at once what happened between two events of endpoints, as far as it is not too
   * much, and each of those by itself, for it changes who subscribes.
   * @throws CheckpointConflict, MalformedEvent, UnknownEvent
   */
  async take({ messages, position }: FanOutPage): Promise<void> {
    try {
      const given = messages.filter((message) => BigInt(message.position) > this.position);
      for (const run of runs(await completeMessages(this.client, given))) await this.#write(run);
      if (position > this.position) await this.#move(position, null, new PageRows(this.#endpoints));
    } catch (error) {
      this.#endpoints.forget();
      throw error;
    }
  }

  async #write(run: readonly LogMessage[]): Promise<void> {
    const last = run.at(-1);
    if (last?.content == null) return;
    await this.#endpoints.load(this.client, organizationsOf(run));
    const { endpoint } = last.content;
    const to = toPosition(last.position);
    if (endpoint === null) return this.#writeRun(run);
    const step = endpointStep(last, endpoint, this.#endpoints);
    this.#moved(to, await writeEndpointStep(this.client, this.#to(to, last), step));
  }

  /** A few MiB of bodies at a time, however many endpoints get them. */
  async #writeRun(run: readonly LogMessage[]): Promise<void> {
    let rows = new PageRows(this.#endpoints);
    for (const [index, message] of run.entries()) {
      rows.add(message);
      if (!rows.areMany && index < run.length - 1) continue;
      await this.#move(toPosition(message.position), message, rows);
      rows = new PageRows(this.#endpoints);
    }
  }

  async #move(to: Position, last: LogMessage | null, rows: PageRows): Promise<void> {
    this.#moved(to, await writeFanOut(this.client, this.#to(to, last), rows));
  }

  #to(to: Position, last: LogMessage | null): FanOutMove {
    const content = last?.content ?? null;
    const id = content?.endpoint?.id ?? content?.event?.id.slice('evt_'.length);
    const folded =
      content === null || id === undefined ? null : { stream: content.stream, revision: content.revision, id };
    return { from: this.position, to, last: folded };
  }

  #moved(to: Position, isOurs: boolean): void {
    if (!isOurs) throw new CheckpointConflict(FAN_OUT_WORK, this.position);
    this.position = to;
  }
}

/** Each event of an endpoint by itself. */
function* runs(messages: readonly LogMessage[]): Generator<readonly LogMessage[]> {
  let run: LogMessage[] = [];
  for (const message of messages) {
    if (message.content?.endpoint == null) {
      run.push(message);
      continue;
    }
    if (run.length > 0) yield run;
    yield [message];
    run = [];
  }
  if (run.length > 0) yield run;
}

function organizationsOf(messages: readonly LogMessage[]): ReadonlySet<string> {
  return new Set(
    messages.flatMap(({ content }) => {
      const orgId = content?.event?.org_id ?? content?.endpoint?.metadata.org_id;
      return orgId === undefined ? [] : [orgId];
    }),
  );
}
