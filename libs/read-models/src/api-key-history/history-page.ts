import type { ApiKeyEvent, KeyState, Recorded } from '#libs/domain';
import type { SequencedEvent } from '#libs/projections';
import type { ChangedKey } from '../api-keys/key-page-fold.js';
import { lineageIn } from '../api-keys/known-lineages.js';
import { toEntryText } from './history-entry.js';

/** The end of a state that lasts, Unix milliseconds; the partial index of the present states names it too. */
export const FOR_EVER = 8_640_000_000_000_000;

/** One event of a lineage, ready to be written. */
export interface Step {
  readonly orgId: string;
  readonly lineage: string;
  readonly revision: number;
  readonly seq: number;
  readonly entry: string;
  readonly states: string;
}

/** How a key stood from one event that changed it to the next, in Unix milliseconds. */
export interface KeyInterval {
  readonly orgId: string;
  readonly lineage: string;
  readonly revision: number;
  readonly createdSeq: number;
  readonly key: KeyState;
  readonly beganAt: number;
  endedAt: number;
}

/** The end of a state that a page before wrote. */
export interface EndedState {
  readonly lineage: string;
  readonly id: string;
  readonly endedAt: number;
}

/** What the events of one page add to the history: each state with its end, where that lies in the page as well. */
export class HistoryPage {
  readonly steps: Step[] = [];
  readonly intervals: KeyInterval[] = [];
  readonly ended: EndedState[] = [];
  readonly #last = new Map<string, KeyInterval>();

  /** @param changed the keys that the event changed, as it left them; one that changed none is a step as well */
  add({ event, seq }: SequencedEvent, recorded: Recorded<ApiKeyEvent>, changed: readonly ChangedKey[]): void {
    const { revision } = event;
    const orgId = event.metadata.org_id;
    const lineage = lineageIn(event.stream);
    const beganAt = Date.parse(event.metadata.occurred_at);
    for (const { createdSeq, key, isNew } of changed) {
      const before = this.#last.get(key.id);
      if (before !== undefined) before.endedAt = beganAt;
      else if (!isNew) this.ended.push({ lineage, id: key.id, endedAt: beganAt });
      const interval = { orgId, lineage, revision, createdSeq, key, beganAt, endedAt: FOR_EVER };
      this.#last.set(key.id, interval);
      this.intervals.push(interval);
    }
    const states = JSON.stringify(changed.map(({ key }) => key));
    this.steps.push({ orgId, lineage, revision, seq, entry: toEntryText(event, recorded), states });
  }
}
