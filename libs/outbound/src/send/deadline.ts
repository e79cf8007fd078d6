/** One signal for a whole send: fires when its time is over or when a caller gives up, and knows which it was. */
export class Deadline {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #cause: 'timeout' | 'aborted' | null = null;

  /** @param callers whoever may give the send up */
  constructor(private readonly callers: readonly AbortSignal[]) {
    for (const caller of callers) {
      if (caller.aborted) this.#giveUp();
      else caller.addEventListener('abort', this.#giveUp, { once: true });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get cause(): 'timeout' | 'aborted' | null {
    return this.#cause;
  }

  /** From now on. */
  start(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#fire('timeout'), milliseconds);
  }

  /** To be called when the send is over: lets go of the timer and of the callers' signals. */
  end(): void {
    clearTimeout(this.#timer);
    for (const caller of this.callers) caller.removeEventListener('abort', this.#giveUp);
  }

  readonly #giveUp = (): void => this.#fire('aborted');

  #fire(cause: 'timeout' | 'aborted'): void {
    this.#cause ??= cause;
    this.#controller.abort();
  }
}
