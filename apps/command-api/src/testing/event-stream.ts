import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { eventually } from '#libs/testing';

/** An event as a client by the HTML standard sees it. */
export interface ReceivedEvent {
  readonly event: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface EventStreamRequest {
  readonly credential: string;
  readonly lastEventId?: string;
}

/** Reads `GET /v1/events` as a client does that knows the format alone, and as slowly as a test likes. */
export class EventStream {
  readonly events: ReceivedEvent[] = [];
  /** What came between events: comments, and blocks without data. */
  readonly others: string[] = [];
  /** As a client would send it when it comes back. */
  lastEventId: string;
  hasEnded = false;
  /** Whether the answer ended as HTTP says that it should. */
  isComplete = false;
  #rest = '';

  private constructor(
    readonly answer: IncomingMessage,
    lastEventId: string,
  ) {
    this.lastEventId = lastEventId;
    answer.setEncoding('utf8');
    answer.on('data', (text: string) => this.#take(text));
    answer.on('error', () => undefined);
    answer.on('close', () => {
      this.hasEnded = true;
      this.isComplete = answer.complete;
    });
  }

  /** Resolves with the head of the answer, whatever it says. */
  static async open(url: string, { credential, lastEventId = '' }: EventStreamRequest): Promise<EventStream> {
    const headers = {
      ...{ authorization: `Bearer ${credential}`, accept: 'text/event-stream' },
      ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }),
    };
    const asked = request(new URL('/v1/events', url), { headers, agent: false });
    asked.end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    asked.on('error', () => undefined);
    return new EventStream(answer, lastEventId);
  }

  get status(): number | undefined {
    return this.answer.statusCode;
  }

  get seqs(): readonly unknown[] {
    return this.events.map(({ data }) => data['seq']);
  }

  /** Once so many events were received. */
  received(count: number): Promise<readonly ReceivedEvent[]> {
    return eventually(`${count} events`, () => (this.events.length >= count ? this.events : null));
  }

  /** Once the opening was received, from which a client can come back. */
  opened(): Promise<true> {
    return eventually('the opening', () => (this.lastEventId === '' ? null : true));
  }

  ended(): Promise<true> {
    return eventually('the end of the stream', () => (this.hasEnded ? true : null));
  }

  close(): void {
    this.answer.destroy();
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.split(':')[0], line.slice(line.indexOf(':') + 2)]));
      this.lastEventId = fields.get('id') ?? this.lastEventId;
      const data = fields.get('data');
      if (data === undefined) this.others.push(block);
      else this.events.push({ event: fields.get('event') ?? '', id: this.lastEventId, data: parsed(data) });
    }
  }
}

function parsed(data: string): ReceivedEvent['data'] {
  return JSON.parse(data) as ReceivedEvent['data'];
}
