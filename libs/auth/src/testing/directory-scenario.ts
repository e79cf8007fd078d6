import { apiKeyDecider, DEFAULT_SCOPE_CATALOGUE, parseApiKeyEvent, refusalAt } from '#libs/domain';
import { BEGINNING, type StoredEvent } from '#libs/event-store';
import { SILENT } from '#libs/observability';
import { DirectoryUnavailable } from '../key-directory/directory-unavailable.js';
import { KeyDirectory } from '../key-directory/key-directory.js';
import { KeyVerifier } from '../key-verifier.js';
import { testHasher } from './hasher.js';
import { KeyLineage } from './key-lineage.js';
import { settle, SteppedEventStore } from './stepped-event-store.js';

const NOW = 1_750_000_000_000;
const WHOLE_LOG = 10_000;

/** One question, when it was asked and what came of it. */
interface Answer {
  readonly code: string;
  /** What a fresh fold says after each revision that the answer may have been given at. */
  readonly allowed: readonly string[];
}

/** One node's directory over a store that moves step by step, and what has passed that directory so far. */
export class DirectoryScenario {
  readonly store = new SteppedEventStore();
  readonly #hasher = testHasher();
  readonly #directory = new KeyDirectory({
    ...{ store: this.store, logger: SILENT, monotonic: () => this.store.monotonic },
    // Three keys: with rotations there is hardly ever room for two lineages.
    ...{ capacity: 3, concurrency: 2, queue: 100 },
  });
  readonly #verifier = new KeyVerifier({
    ...{ directory: this.#directory, hasher: this.#hasher, catalogue: DEFAULT_SCOPE_CATALOGUE, now: () => NOW },
  });
  readonly lineages: readonly KeyLineage[];
  readonly #passed = new Map<string, number>();
  readonly #asked: Promise<Answer | null>[] = [];
  #delivered = 0;

  constructor(lineages: number) {
    this.lineages = Array.from({ length: lineages }, () => new KeyLineage(this.store, this.#hasher, () => NOW));
    this.store.holdsReads = false;
  }

  async start(): Promise<void> {
    this.#directory.start();
    await this.deliver(1);
  }

  /** The subscription moves on by so many events. */
  async deliver(places: number): Promise<void> {
    this.store.deliver(places);
    await settle();
    const { events } = await this.store.readAll({ after: BEGINNING, limit: WHOLE_LOG });
    events.slice(this.#delivered, this.#delivered + places).forEach((event) => this.#pass(event));
    this.#delivered = Math.min(events.length, this.#delivered + places);
  }

  /** What a node does with the events of its own command, before it answers the command. */
  apply(events: readonly StoredEvent[]): void {
    this.#directory.apply(events);
    events.forEach((event) => this.#pass(event));
  }

  /** Asks for a key now. The answer may come later, but of no moment before what has passed by now. */
  ask(lineage: KeyLineage, keyId: string): void {
    const oldest = this.#passed.get(lineage.stream) ?? -1;
    this.#asked.push(this.#answer(lineage, keyId, oldest));
  }

  /** Delivers everything, ends every read and answers what came of each question. */
  async finish(): Promise<readonly Answer[]> {
    await this.deliver(WHOLE_LOG);
    this.store.holdsReads = false;
    while (this.store.readsWaiting > 0) {
      this.store.finishRead(0);
      await settle();
    }
    const answers = await Promise.all(this.#asked);
    return answers.filter((answer) => answer !== null);
  }

  /** What the directory says of every key, once more, beside what a fresh fold of the log says. */
  async agreement(): Promise<readonly Answer[]> {
    const answers: (Answer | null)[] = [];
    for (const lineage of this.lineages) {
      for (const keyId of [lineage.firstKeyId, ...lineage.keyIds]) {
        answers.push(await this.#answer(lineage, keyId, (await this.store.readStream(lineage.stream)).length - 1));
      }
    }
    return answers.filter((answer) => answer !== null);
  }

  stop(): Promise<void> {
    return this.#directory.stop();
  }

  /** Null: the directory did not know, which it may say while a lineage never stops changing. */
  async #answer(lineage: KeyLineage, keyId: string, oldest: number): Promise<Answer | null> {
    try {
      const { code } = await this.#verifier.verify(lineage.secret(keyId), []);
      return { code, allowed: await this.#codesSince(lineage, keyId, oldest) };
    } catch (error) {
      if (error instanceof DirectoryUnavailable && error.reason === 'contended') return null;
      throw error;
    }
  }

  async #codesSince(lineage: KeyLineage, keyId: string, oldest: number): Promise<readonly string[]> {
    const { events } = await this.store.readAll({ after: BEGINNING, prefixes: [lineage.stream], limit: WHOLE_LOG });
    return Array.from({ length: events.length - oldest }, (_, index) => {
      const history = events.slice(0, oldest + 1 + index).map(parseApiKeyEvent);
      const { keys } = history.reduce(
        (folded, event) => apiKeyDecider.evolve(folded, event),
        apiKeyDecider.initialState,
      );
      const key = keys.find(({ id }) => id === keyId);
      return key === undefined ? 'not_found' : (refusalAt(key, NOW / 1000) ?? 'valid');
    });
  }

  #pass({ stream, revision }: StoredEvent): void {
    this.#passed.set(stream, Math.max(this.#passed.get(stream) ?? -1, revision));
  }
}
