import fc from 'fast-check';
import { createPool, migrate } from '#libs/postgres';
import { createTestDatabase } from '#libs/testing';
import { BinaryArray } from './binary-array.js';

const SQL = 'select * from unnest($1::text[], $2::bigint[], $3::boolean[]) as row (t, i, b)';
// Postgres has no NUL in text, and what UTF-8 cannot say never gets past the edge.
const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\0', ''));
const row = fc.record({
  t: fc.option(fc.oneof(text, fc.constantFrom('', 'NULL', '{"a":"\\\\"}', '€'.repeat(40_000)))),
  i: fc.option(fc.maxSafeInteger()),
  b: fc.boolean(),
});

it('hands over what it was given, whatever it is and however much', async () => {
  const database = await createTestDatabase();
  await migrate(database.url, []);
  const pool = createPool({ ownerUrl: database.url, role: 'projector', max: 1, onIdleError: () => undefined });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 50 }), async (rows) => {
      const values = [
        BinaryArray.text(rows, ({ t }) => t),
        BinaryArray.int8(rows, ({ i }) => i),
        BinaryArray.bool(rows, ({ b }) => b),
      ];
      const answer = await pool.query(SQL, values);
      expect(answer.rows).toEqual(rows.map(({ t, i, b }) => ({ t, i: i === null ? null : String(i), b })));
    }),
    { numRuns: 60 },
  );
  await pool.end();
  await database.drop();
});
