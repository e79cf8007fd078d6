/** That a client has ended, told once to each who waits: an `AbortSignal` at a tenth of the cost for every call in flight. */
export class LifeEnd {
  readonly #waiting = new Set<() => void>();
  #ended = false;

  /** Calls it at the end, at once where that has come. */
  add(onEnd: () => void): void {
    if (this.#ended) onEnd();
    else this.#waiting.add(onEnd);
  }

  delete(onEnd: () => void): void {
    this.#waiting.delete(onEnd);
  }

  end(): void {
    this.#ended = true;
    for (const onEnd of [...this.#waiting]) onEnd();
    this.#waiting.clear();
  }
}
