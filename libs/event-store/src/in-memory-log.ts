import type { EventMetadata, JsonObject } from '#libs/domain';
import type { SerialisedAppend } from './assert-appendable.js';
import { NO_STREAM, type AppendResult, type StoredEvent } from './event-store.js';
import { toPosition } from './position.js';

/** The log that several in-memory clients share; positions are dense from 1. */
export class InMemoryLog {
  readonly events: StoredEvent[] = [];
  readonly #streams = new Map<string, StoredEvent[]>();
  readonly #listeners = new Set<() => void>();

  stream(name: string): readonly StoredEvent[] {
    return this.#streams.get(name) ?? [];
  }

  append({ stream, expected, events }: SerialisedAppend): AppendResult {
    const stored = this.#streams.get(stream) ?? [];
    const actual = stored.length - 1;
    if (actual !== expected) {
      const there = stored.slice(expected + 1, expected + 1 + events.length);
      const last = there.at(-1);
      const same = there.length === events.length && there.every(({ id }, index) => id === events[index]?.id);
      return last !== undefined && same
        ? { outcome: 'stored', revision: last.revision, position: last.position }
        : { outcome: 'wrong_expected_revision', actual: stored.length === 0 ? NO_STREAM : actual };
    }
    for (const { id, type, data, metadata } of events) {
      const event = {
        ...{ id, type, stream, revision: stored.length, position: toPosition(BigInt(this.events.length + 1)) },
        data: JSON.parse(data) as JsonObject,
        metadata: JSON.parse(metadata) as EventMetadata,
        recordedAt: Date.now(),
      };
      stored.push(event);
      this.events.push(event);
    }
    this.#streams.set(stream, stored);
    for (const listener of [...this.#listeners]) listener();
    return { outcome: 'stored', revision: stored.length - 1, position: toPosition(BigInt(this.events.length)) };
  }

  /** Resolves at the next append, at the abort or after `ms`, whichever is first. */
  async nextAppend(signal: AbortSignal, ms: number): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#listeners.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
