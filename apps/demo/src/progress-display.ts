/** How far the demo is. */
export interface DemoProgress {
  readonly submitted: number;
  /** Of those submitted, how many have ended. */
  readonly ended: number;
  readonly jobs: number;
}

/** Where it is shown, such as `process.stdout`. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR = 30;
/** Without a terminal, one line for each tenth that is done. */
const STEPS = 10;

/** A bar that moves where there is a terminal, else lines of plain text. */
export class ProgressDisplay {
  #stepShown = -1;
  #barShown = false;

  constructor(private readonly screen: Screen) {}

  show(progress: DemoProgress): void {
    const { submitted, ended, jobs } = progress;
    const share = ended / jobs;
    const figures = `${Math.floor(share * 100)}% ${ended} of ${jobs} jobs ended, ${submitted - ended} open`;
    if (this.screen.isTTY !== true) {
      const step = Math.floor(share * STEPS);
      if (step === this.#stepShown) return;
      this.#stepShown = step;
      this.screen.write(`${figures}\n`);
      return;
    }
    const full = Math.round(share * BAR);
    const line = `[${'#'.repeat(full)}${'-'.repeat(BAR - full)}] ${figures}`;
    // Some terminals say that they have 0 columns, for they do not know.
    this.screen.write(`\r\u001b[K${line.slice(0, (this.screen.columns || 80) - 1)}`);
    this.#barShown = true;
  }

  /** A line of its own, below what was shown. */
  say(line: string): void {
    this.screen.write(`${this.#barShown ? '\n' : ''}${line}\n`);
    this.#barShown = false;
  }
}
