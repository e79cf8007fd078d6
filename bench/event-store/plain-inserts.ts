import pg from 'pg';
import type { EventToStore } from '#libs/event-store';

const CONNECTIONS = 16;

/** The yardstick: single-row `INSERT`, each its own transaction, over 16 connections into a table with one key. */
export class PlainInserts {
  readonly #pool: pg.Pool;

  constructor(postgresUrl: string) {
    this.#pool = new pg.Pool({ connectionString: postgresUrl, max: CONNECTIONS });
  }

  async prepare(): Promise<void> {
    await this.#pool.query(`create table plain (
      id bigint generated always as identity primary key,
      stream text not null, event_id uuid not null, type text not null, data text not null, metadata text not null)`);
  }

  /** Rows a second while asked for `ms` milliseconds. */
  async rate(ms: number, event: (number: number) => EventToStore): Promise<number> {
    const started = performance.now();
    let rows = 0;
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        const client = await this.#pool.connect();
        while (performance.now() - started < ms) {
          const { id, type, data, metadata } = event(rows);
          await client.query({
            name: 'plain_insert',
            text: 'insert into plain (stream, event_id, type, data, metadata) values ($1, $2, $3, $4, $5)',
            values: [`apiKey-${id}`, id, type, JSON.stringify(data), JSON.stringify(metadata)],
          });
          rows++;
        }
        client.release();
      }),
    );
    return (rows / (performance.now() - started)) * 1_000;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
