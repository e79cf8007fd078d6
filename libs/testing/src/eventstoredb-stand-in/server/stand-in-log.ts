import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';

/** An event as the log holds it; on disk one line of JSON each. */
export interface LogRecord {
  /** A byte offset: rising, not dense. Commit and prepare position are the same. */
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  /** Base64. */
  readonly data: string;
  /** Base64. */
  readonly metadata: string;
  /** Unix milliseconds. */
  readonly created: number;
}

export type NewRecord = Pick<LogRecord, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;

/** What the server writes of its own comes first, so that no event stands at the beginning. */
const FIRST_POSITION = 733;
/** About what a record takes besides its content. */
const RECORD_OVERHEAD = 97;

/** The log in memory and in a file, which a killed process leaves behind as it was. */
export class StandInLog {
  readonly records: LogRecord[] = [];
  readonly #streams = new Map<string, LogRecord[]>();
  readonly #listeners = new Set<(record: LogRecord) => void>();
  /** Ids since the start of the process: all that appends at any revision are compared with. */
  readonly #recent = new Map<string, LogRecord>();
  readonly #file: number;
  #end = FIRST_POSITION;

  constructor(path: string) {
    if (existsSync(path)) this.#load(path);
    this.#file = openSync(path, 'a');
  }

  stream(name: string): readonly LogRecord[] {
    return this.#streams.get(name) ?? [];
  }

  recent(id: string): LogRecord | null {
    return this.#recent.get(id) ?? null;
  }

  /** All of them at the end of one stream, on disk before anybody hears of it. The last one. */
  append(stream: string, events: readonly NewRecord[]): LogRecord | null {
    const next = this.stream(stream).length;
    const created = Date.now();
    let position = this.#end;
    const records = events.map((event, index) => {
      const record = { position, stream, revision: next + index, ...event, created };
      position += RECORD_OVERHEAD + stream.length + event.data.length + event.metadata.length;
      return record;
    });
    writeSync(this.#file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    this.#end = position;
    for (const record of records) {
      this.#add(record);
      this.#recent.set(record.id, record);
    }
    for (const record of records) for (const listener of [...this.#listeners]) listener(record);
    return records.at(-1) ?? null;
  }

  /** The index of the first record at or behind a position. */
  indexAt(position: number): number {
    let [low, high] = [0, this.records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.records[middle]?.position ?? Infinity) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Calls it with each record from now on, until the returned function is called. */
  listen(listener: (record: LogRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    closeSync(this.#file);
  }

  #load(path: string): void {
    const text = readFileSync(path, 'utf8');
    // A kill in the middle of a write leaves half a line, of an append that nobody was told of.
    const whole = text.lastIndexOf('\n') + 1;
    truncateSync(path, Buffer.byteLength(text.slice(0, whole)));
    for (const line of text.slice(0, whole).split('\n').filter(Boolean)) {
      const record = JSON.parse(line) as LogRecord;
      this.#add(record);
      this.#end =
        record.position + RECORD_OVERHEAD + record.stream.length + record.data.length + record.metadata.length;
    }
  }

  #add(record: LogRecord): void {
    const stream = this.#streams.get(record.stream);
    if (stream === undefined) this.#streams.set(record.stream, [record]);
    else stream.push(record);
    this.records.push(record);
  }
}
