import type { Logger } from '#libs/observability';

/** What has to be let go at the end, in the opposite order of its making. One that fails does not keep the others. */
export class Closing {
  readonly #steps: { readonly name: string; readonly close: () => Promise<void> }[] = [];

  constructor(private readonly logger: Logger) {}

  add(name: string, close: () => Promise<void>): void {
    this.#steps.push({ name, close });
  }

  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step.close();
      } catch (error) {
        this.logger.error({ part: step.name, err: error }, 'a part did not stop cleanly');
      }
    }
  }
}
