import { setTimeout as delay } from 'node:timers/promises';

export interface Answer {
  readonly status: number;
  /** Of an answer that is an error: its code, such as `lease_lost`, and its message. */
  readonly code: string | null;
  readonly message: string;
  readonly body: unknown;
  /** 1 where the first request was answered. */
  readonly tries: number;
}

export interface Patience {
  /** Asked before each new try: the instant (of `performance.now()`) after which there is no point in another. */
  readonly until: () => number;
  /** Gives up at once. */
  readonly signal?: AbortSignal;
  /** How long one request may take; default 10 s. */
  readonly answerWithinMs?: number;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** The server is too busy or cannot reach its stores: nothing was done, and the same request may be sent again. */
const TRY_AGAIN = new Set([429, 500, 502, 503, 504]);

/** `POST` to Keyledger, with a credential, a deadline for each request, and new tries where no answer came. */
export class KeyledgerApi {
  readonly #url: string;
  readonly #key: string;
  readonly #log: (line: string) => void;

  constructor({ url, key, log }: { url: string; key: string; log: (line: string) => void }) {
    this.#url = url.replace(/\/$/, '');
    this.#key = key;
    this.#log = log;
  }

  /**
   * The first answer that says something. Whoever got none cannot know whether the request was carried out, so this is
   * for requests that may be sent twice, as all of a worker's may.
   * @throws Error where there was none before `until`, and what `signal` was aborted with
   */
  async post(path: string, body: object, { until, signal, answerWithinMs = 10_000 }: Patience): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      signal?.throwIfAborted();
      const { answer, problem, retryAfterMs } = await this.#tryOnce(path, body, answerWithinMs, signal);
      signal?.throwIfAborted();
      if (answer !== null) return { ...answer, tries };
      const doubled = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
      // Those who failed together shall not all come back together.
      const pauseMs = Math.max(retryAfterMs, doubled * (0.8 + 0.2 * Math.random()));
      if (performance.now() + pauseMs > until()) throw new Error(`POST ${path}: ${problem}, given up`);
      this.#log(`POST ${path}: ${problem}, again in ${Math.round(pauseMs)} ms`);
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #tryOnce(path: string, body: object, withinMs: number, signal?: AbortSignal): Promise<Try> {
    const deadline = AbortSignal.timeout(withinMs);
    try {
      const response = await fetch(`${this.#url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
      });
      const text = await response.text();
      if (TRY_AGAIN.has(response.status)) {
        const retryAfterMs = 1_000 * (Number(response.headers.get('retry-after')) || 0);
        return { answer: null, problem: `answered ${response.status}`, retryAfterMs };
      }
      return { answer: { status: response.status, ...read(text) }, problem: '', retryAfterMs: 0 };
    } catch (error) {
      return { answer: null, problem: reasonOf(error), retryAfterMs: 0 };
    }
  }
}

interface Try {
  readonly answer: Omit<Answer, 'tries'> | null;
  readonly problem: string;
  readonly retryAfterMs: number;
}

function read(text: string): Pick<Answer, 'code' | 'message' | 'body'> {
  try {
    const body = JSON.parse(text) as { detail?: { code?: string; message?: string } } | null;
    return { code: body?.detail?.code ?? null, message: body?.detail?.message ?? '', body };
  } catch {
    // A proxy's words, not Keyledger's.
    return { code: null, message: text.slice(0, 200), body: null };
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
