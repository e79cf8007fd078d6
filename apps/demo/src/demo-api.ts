import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, isError } from '#libs/errors';
import { Backoff, pause } from '#libs/lifecycle';
import { parseSettings } from '#libs/settings';
import { DemoFailed } from './demo-failed.js';

export interface DemoAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const DEADLINE_MS = 10_000;
const TRIES = 6;
const TRY_AGAIN = new Set([429, 502, 503, 504]);

/** The API of a running product, as one caller. */
export class DemoApi {
  constructor(
    readonly url: string,
    private readonly credential: string,
    /** Of the last write, whoever made it: what is read afterwards contains it. */
    private readonly newest: { position: string | null } = { position: null },
  ) {}

  /**
   * As an admin: `KEYLEDGER_URL` and `KEYLEDGER_TOKEN` say where and as whom; without them, the product that runs on
   * `DATA_DIR` with the development issuer, by its `session.json`.
   * @throws DemoFailed
   */
  static async fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Promise<DemoApi> {
    const { KEYLEDGER_URL: url, KEYLEDGER_TOKEN: token } = environment;
    if (url !== undefined && token !== undefined) return new DemoApi(url.replace(/\/$/, ''), token);
    if (url !== undefined || token !== undefined)
      throw new DemoFailed('KEYLEDGER_URL and KEYLEDGER_TOKEN must be set together.');
    const file = join(parseSettings(environment).dataDir, 'session.json');
    try {
      const session = JSON.parse(await readFile(file, 'utf8')) as Readonly<Record<string, unknown>>;
      if (typeof session['url'] !== 'string' || typeof session['admin_token'] !== 'string')
        throw new DemoFailed(`${file} names no url and admin_token.`);
      return new DemoApi(session['url'], session['admin_token']);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      throw new DemoFailed(
        `There is no ${file}. Start the product with \`npm start\`, or set KEYLEDGER_URL and KEYLEDGER_TOKEN (a JWT of an admin).`,
      );
    }
  }

  as(credential: string): DemoApi {
    return new DemoApi(this.url, credential, this.newest);
  }

  /** What a write or a question is answered with where that is a success. @throws DemoFailed where it is not */
  async call(method: string, path: string, body?: object): Promise<DemoAnswer['body']> {
    const answer = await this.ask(method, path, body);
    if (answer.status < 300) return answer.body;
    const detail = answer.body['detail'] as { readonly message?: unknown } | undefined;
    throw new DemoFailed(
      `${method} ${path} was answered with ${answer.status}: ${typeof detail?.message === 'string' ? detail.message : ''}`,
    );
  }

  /** Any answer; one that got lost is asked for again with the same `Idempotency-Key`. @throws DemoFailed where none comes */
  async ask(method: string, path: string, body?: object): Promise<DemoAnswer> {
    const idempotencyKey = randomUUID();
    const backoff = new Backoff({ firstMs: 250, longestMs: 4_000 });
    for (;;) {
      const { answer, problem } = await this.#tryOnce(method, path, idempotencyKey, body);
      if (answer !== null) return answer;
      const pauseMs = backoff.failed();
      if (backoff.failures >= TRIES) throw new DemoFailed(`${this.url} does not answer: ${problem}`);
      process.stderr.write(`demo: ${method} ${path}: ${problem}, again in ${pauseMs} ms\n`);
      await pause(pauseMs);
    }
  }

  async #tryOnce(
    method: string,
    path: string,
    idempotencyKey: string,
    body?: object,
  ): Promise<{ readonly answer: DemoAnswer | null; readonly problem: string }> {
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.credential}`,
          ...(method === 'GET' ? this.#ownWrites() : { 'idempotency-key': idempotencyKey }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(DEADLINE_MS),
        redirect: 'error',
      });
      const text = await response.text();
      this.newest.position = response.headers.get('x-log-position') ?? this.newest.position;
      if (TRY_AGAIN.has(response.status)) return { answer: null, problem: `status ${response.status}` };
      return { answer: { status: response.status, body: members(text) }, problem: '' };
    } catch (error) {
      const cause = isError(error) && isError(error.cause) ? error.cause : error;
      return { answer: null, problem: isError(cause) ? cause.message : String(cause) };
    }
  }

  #ownWrites(): Readonly<Record<string, string>> {
    return this.newest.position === null ? {} : { 'x-min-log-position': this.newest.position };
  }
}

function members(text: string): DemoAnswer['body'] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
  } catch {
    return {};
  }
}
