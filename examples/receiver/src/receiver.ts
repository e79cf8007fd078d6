import type { IncomingMessage, RequestListener } from 'node:http';
import type { KeyledgerEvent } from './event.ts';
import { HandledOnce } from './handled-once.ts';
import { SequenceWatch } from './sequence-watch.ts';
import { signatureProblem } from './verify-signature.ts';

export interface ReceiverOptions {
  /** Of the secrets that are live. */
  readonly keys: readonly Buffer[];
  readonly handle: (event: KeyledgerEvent, log: (line: string) => void) => Promise<void>;
  readonly log: (line: string) => void;
}

const MOST_BYTES = 1_048_576;
/** Of ids, which is days of most endpoints. */
const MOST_REMEMBERED = 100_000;

/** Takes the events of one endpoint. Only 2xx tells Keyledger that it need not send again. */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #once = new HandledOnce(MOST_REMEMBERED);
  readonly #sequences = new SequenceWatch();
  #missing = '';

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  readonly listener: RequestListener = (request, response) => {
    void this.#answer(request)
      .catch((error: unknown) => {
        this.#options.log(`failed: ${String(error)}`);
        return 500;
      })
      .then((status) => response.writeHead(status).end());
  };

  async #answer(request: IncomingMessage): Promise<number> {
    if (request.method !== 'POST') return 405;
    const body = await bodyOf(request);
    if (body === null) return 413;
    const problem = signatureProblem(request.headers, body, this.#options.keys, Date.now() / 1_000);
    if (problem !== null) {
      this.#options.log(`refused: ${problem}`);
      return 401;
    }
    // Only now is it known who wrote it.
    const event = JSON.parse(body.toString()) as KeyledgerEvent;
    const log = (line: string): void => this.#options.log(`${event.id} ${line}`);
    const isNew = await this.#once.run(event.id, () => this.#options.handle(event, log));
    if (!isNew) log('came again');
    if (event.sequence !== null) this.#watch(event.sequence);
    return 204;
  }

  #watch(sequence: number): void {
    this.#sequences.came(sequence);
    const missing = this.#sequences.missing.map(([from, to]) => (from === to ? from : `${from} to ${to}`)).join(', ');
    if (missing !== this.#missing)
      this.#options.log(missing === '' ? 'nothing is missing' : `missing so far: ${missing}`);
    this.#missing = missing;
  }
}

/** The bytes as they came; null where there are too many. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
