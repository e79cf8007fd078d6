import type { DomainEvent, Recorded } from '#libs/domain';
import { OpaqueTokens } from '#libs/keyring';
import { SILENT } from '#libs/observability';
import { newsKey, type LogEvent } from '#libs/read-models';
import { apiKeyCreated, eventually } from '#libs/testing';
import type { LiveEventKind } from '../live-events/live-event-kinds.js';
import { LiveEvents, type ListenRequest } from '../live-events/live-events.js';
import type { LiveEventsLimits } from '../live-events/live-events-limits.js';
import type { LiveStream } from '../live-events/live-stream.js';

const PAGE = 50;

/** A log in memory, and who listens to it. */
export class LiveScenario {
  readonly log: LogEvent[] = [];
  readonly ended: string[] = [];
  readonly cut: LiveStream[] = [];
  newsIsOn = false;
  reads = 0;
  outage: Error | null = null;
  readonly events: LiveEvents;

  constructor(limits: Partial<LiveEventsLimits> = {}) {
    this.events = new LiveEvents({
      tokens: new OpaqueTokens(Buffer.alloc(32, 1)),
      logger: SILENT,
      random: () => 0,
      limits,
      untilNow: async () => undefined,
      onEnd: (reason) => void this.ended.push(reason),
      news: {
        turnOn: () => void (this.newsIsOn = true),
        turnOff: async () => void (this.newsIsOn = false),
      },
      logOf: (orgId) => ({
        orgId,
        newest: async () => this.log.at(-1) ?? null,
        read: async (afterSeq) => {
          this.reads++;
          if (this.outage !== null) throw this.outage;
          const from = this.log.findIndex(({ seq }) => seq > afterSeq);
          const events = from < 0 ? [] : this.log.slice(from, from + PAGE);
          return { events, caughtUp: events.length < PAGE };
        },
      }),
    });
  }

  /** As many events of keys as that, the first of which has that number. */
  append(count: number, from = (this.log.at(-1)?.seq ?? 0) + 1, event: Recorded<DomainEvent> = apiKeyCreated()): void {
    for (let seq = from; seq < from + count; seq++) {
      this.log.push({
        seq,
        event: { ...event, id: `00000000-0000-0000-0000-${String(seq).padStart(12, '0')}`, revision: 0 },
      });
    }
    this.events.heard(newsKey('org_a'));
  }

  async listen(request: Partial<ListenRequest> = {}): Promise<LiveStream> {
    const stream: LiveStream = await this.events.listen({
      ...{ orgId: 'org_a', kinds: new Set<LiveEventKind>(['api_key', 'job']), lastEventId: null },
      ...{ isStillGood: () => true, cut: () => void this.cut.push(stream), ...request },
    });
    return stream;
  }
}

/** A reader that takes everything at once. */
export class StreamReader {
  text = '';
  hasEnded = false;
  constructor(stream: LiveStream) {
    stream.body.setEncoding('utf8');
    stream.body.on('data', (text: string) => (this.text += text));
    stream.body.on('end', () => (this.hasEnded = true));
  }
  get seqs(): number[] {
    return [...this.text.matchAll(/^data: .*"seq":(\d+)/gm)].map(([, seq]) => Number(seq));
  }
  get places(): string[] {
    return [...this.text.matchAll(/^id: (\S+)$/gm)].map(([, place]) => place ?? '');
  }
  async takes(count: number): Promise<number[]> {
    return eventually(`${count} events`, () => (this.seqs.length >= count ? this.seqs : null));
  }
}
