import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, isError } from '#libs/errors';
import { parseSettings } from '#libs/settings';
import { OperatorFailed } from './operator-failed.js';

/** A projection as `GET /v1/operator/projections` shows it. */
export interface ShownProjection {
  readonly name: string;
  readonly version: number;
  readonly generation: number;
  readonly state: string;
  readonly position: string;
  readonly lag_seconds: number | null;
  readonly events_per_second: number | null;
  readonly parked_streams: readonly ShownParkedStream[];
  readonly rebuild: ShownRebuild | null;
}

export interface ShownParkedStream {
  readonly stream: string;
  readonly parked_at: string;
  readonly events: number;
  readonly error: string | null;
}

export interface ShownRebuild {
  readonly state: 'building' | 'failed';
  readonly version: number;
  readonly started_at: string;
  readonly events: number;
  readonly progress: number;
  readonly events_per_second: number;
  readonly seconds_left: number | null;
  readonly error: string | null;
}

const DEADLINE_MS = 10_000;

/** The operator's routes of a running product. */
export class OperatorApi {
  private constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /**
   * `KEYLEDGER_URL` and `PLATFORM_TOKEN` say where and as whom; without them, the product that runs on `DATA_DIR` with
   * the development issuer, by its `session.json`.
   * @throws OperatorFailed
   */
  static async fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Promise<OperatorApi> {
    const { KEYLEDGER_URL: url, PLATFORM_TOKEN: token } = environment;
    if (url !== undefined && token !== undefined) return new OperatorApi(url.replace(/\/$/, ''), token);
    if (url !== undefined || token !== undefined)
      throw new OperatorFailed('KEYLEDGER_URL and PLATFORM_TOKEN must be set together.');
    const file = join(parseSettings(environment).dataDir, 'session.json');
    try {
      const session = JSON.parse(await readFile(file, 'utf8')) as Readonly<Record<string, unknown>>;
      if (typeof session['url'] !== 'string' || typeof session['platform_token'] !== 'string')
        throw new OperatorFailed(`${file} names no url and platform_token.`);
      return new OperatorApi(session['url'], session['platform_token']);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      throw new OperatorFailed(
        `There is no ${file}. Set KEYLEDGER_URL and PLATFORM_TOKEN, or DATA_DIR to that of a product started with \`npm start\`.`,
      );
    }
  }

  async projections(): Promise<readonly ShownProjection[]> {
    return ((await this.#call('GET', '/v1/operator/projections')) as { data: readonly ShownProjection[] }).data;
  }

  async rebuild(name: string): Promise<void> {
    await this.#call('POST', `/v1/operator/projections/${encodeURIComponent(name)}/rebuild`, {});
  }

  async unpark(name: string, stream: string): Promise<void> {
    await this.#call('POST', `/v1/operator/projections/${encodeURIComponent(name)}/unpark`, { stream });
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    let answer: Response;
    try {
      answer = await fetch(`${this.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(DEADLINE_MS),
        redirect: 'error',
      });
    } catch (error) {
      const cause = isError(error) && isError(error.cause) ? error.cause : error;
      throw new OperatorFailed(`${this.url} does not answer: ${isError(cause) ? cause.message : String(cause)}`);
    }
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text);
    throw new OperatorFailed(`${this.url} answered ${answer.status}: ${messageIn(text)}`);
  }
}

/** The product's own words, or what another server said, cut short. */
function messageIn(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: { readonly message?: unknown } };
    if (typeof detail?.message === 'string') return detail.message;
  } catch {
    // Not the product's answer.
  }
  return text.slice(0, 200);
}
