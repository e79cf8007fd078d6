/** A server that has just started refuses everything for a while. */
export class Readiness {
  readonly #readyAt: number;

  constructor(notReadyForMs: number) {
    this.#readyAt = performance.now() + notReadyForMs;
  }

  get ready(): boolean {
    return performance.now() >= this.#readyAt;
  }
}
