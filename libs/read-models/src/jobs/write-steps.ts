import type pg from 'pg';
import type { SequencedEvent } from '#libs/projections';
import { BinaryArray } from '../binary-array.js';

interface Step extends SequencedEvent {
  readonly id: string;
}

/** Adds the steps of a page; one that is there already is an error, for each is projected once. */
export async function writeSteps(transaction: pg.ClientBase, steps: readonly Step[]): Promise<void> {
  await transaction.query({
    name: 'write_job_steps',
    text: `insert into job_steps (org_id, id, revision, seq)
           select org_id, id, revision, seq
           from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) as page (org_id, id, revision, seq)`,
    values: [
      BinaryArray.text(steps, ({ event }) => event.metadata.org_id),
      BinaryArray.text(steps, ({ id }) => id),
      BinaryArray.int8(steps, ({ event }) => event.revision),
      BinaryArray.int8(steps, ({ seq }) => seq),
    ],
  });
}
