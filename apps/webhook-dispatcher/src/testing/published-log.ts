import { randomUUID } from 'node:crypto';
import { Translator, type LogMessage } from '#libs/contracts';
import { jobStream, lineageStream, type DomainEvent, type Recorded } from '#libs/domain';
import { BEGINNING, InMemoryEventStore, NO_STREAM, type LogPage, type LogRead, type Position } from '#libs/event-store';
import { apiKeyCreated, apiKeyUpdated, jobId, jobSubmitted, keyId } from '#libs/testing';

/** For tests: a log in memory of which some events are told, with what a publisher makes of it. */
export class PublishedLog extends InMemoryEventStore {
  /** How many pages were read. */
  reads = 0;
  #keys = 0;
  #endsAt: Position | null = null;

  /** Has the next one who asks where it ends come too early: what is there by now happens only then. */
  seemsToEndAt(position: Position): void {
    this.#endsAt = position;
  }

  override async head(): Promise<Position> {
    const head = this.#endsAt ?? (await super.head());
    this.#endsAt = null;
    return head;
  }

  override readAll(read: LogRead): Promise<LogPage> {
    this.reads++;
    return super.readAll(read);
  }

  /** One after the other: a key that is made is told, its change and a job are not. */
  async happen(...kinds: readonly ('told' | 'untold')[]): Promise<void> {
    for (const kind of kinds) {
      const n = this.#keys++;
      const lineage = `AbCdEfGh${String(n).padStart(8, '0')}`;
      if (kind === 'told') {
        await this.#append(lineageStream(lineage), [
          apiKeyCreated({ key_id: keyId(0, lineage) }),
          apiKeyUpdated([{ field: 'name', before: 'a', after: 'b' }], {}, keyId(0, lineage)),
        ]);
      } else {
        await this.#append(jobStream(jobId(n)), [jobSubmitted({ job_id: jobId(n) })]);
      }
    }
  }

  /** Everything that is told, each message naming the one before it. */
  async messages(): Promise<readonly LogMessage[]> {
    const translator = new Translator(this);
    const messages: LogMessage[] = [];
    for (const event of (await super.readAll({ after: BEGINNING })).events) {
      const content = await translator.translate(event);
      const previous = messages.at(-1)?.position ?? '0';
      if (content !== null) messages.push({ position: event.position.toString(), previous, content });
    }
    return messages;
  }

  async #append(stream: string, events: readonly Recorded<DomainEvent>[]): Promise<void> {
    const stored = events.map(({ type, data, metadata }) => ({ id: randomUUID(), type, data, metadata }));
    await this.append(stream, NO_STREAM, stored);
  }
}
