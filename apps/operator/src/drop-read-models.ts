import type pg from 'pg';
import { OperatorFailed } from './operator-failed.js';

/** `read_models` with views and bookkeeping, the shapes of its tables, and the schema of each generation. */
const SCHEMAS = `select nspname from pg_namespace where nspname ~ '^read_model(s|_shapes|s_.*)$'`;
/** An owner renews its lease each second. */
const IN_USE = `select 1 from read_models.projection_leases where renewed_at > now() - interval '5 seconds' limit 1`;

/**
 * Drops every read model, whatever is left of them, and forgets that they were ever made: the next start makes them anew
 * and fills them from the log. Event log and idempotency records stay; `last_used_at` of the keys is lost.
 * @throws OperatorFailed where a projector still works on them
 */
export async function dropReadModels(client: pg.Client): Promise<readonly string[]> {
  await client.query('begin');
  try {
    const leases = await client.query<{ known: boolean }>(
      `select to_regclass('read_models.projection_leases') is not null as known`,
    );
    if (leases.rows[0]?.known === true && (await client.query(IN_USE)).rows.length > 0)
      throw new OperatorFailed('A projector works on the read models. Stop every API and projector first.');
    const { rows } = await client.query<{ nspname: string }>(SCHEMAS);
    for (const { nspname } of rows) await client.query(`drop schema ${client.escapeIdentifier(nspname)} cascade`);
    await client.query(`delete from keyledger.migrations where id like 'projections/%' or id like 'read-models/%'`);
    await client.query('commit');
    return rows.map(({ nspname }) => nspname);
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
