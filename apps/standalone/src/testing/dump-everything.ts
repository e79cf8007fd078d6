import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asOwner } from './as-owner.js';

/** Where the product keeps what it must not keep elsewhere; each is readable by its owner alone. */
const SECRET_FILES = ['keyring.json', 'issuer.json', 'session.json', 'owner-password'];

/**
 * Everything that is stored, byte for byte as far as it goes: each row of each table of every schema, bytes as what they
 * are and as hex and base64 besides, then each file of the data directory but the secret ones, Postgres' own included.
 */
export async function dumpEverything(dataDir: string): Promise<string> {
  const rows = await asOwner(dataDir, async (client) => {
    await client.query('checkpoint');
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const dumps: string[] = [];
    for (const { name } of tables.rows) {
      const { rows: found } = await client.query<Record<string, unknown>>(`select * from ${name}`);
      dumps.push(`${name}\n${found.flatMap((row) => Object.values(row).map(inEverySpelling)).join('\n')}`);
    }
    return dumps.join('\n');
  });
  const files = (await readdir(dataDir, { recursive: true, withFileTypes: true })).filter(
    (file) => file.isFile() && !SECRET_FILES.includes(file.name),
  );
  const contents = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')));
  return [rows, ...contents].join('\n');
}

const SPELLINGS: readonly BufferEncoding[] = ['latin1', 'hex', 'base64', 'base64url'];

function inEverySpelling(value: unknown): string {
  if (Buffer.isBuffer(value)) return SPELLINGS.map((spelling) => value.toString(spelling)).join('\n');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
