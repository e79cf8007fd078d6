import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { CopiedFile } from './copy-file.js';
import { copyInto, copyTree, type Choice, type CopiedTree } from './copy-tree.js';
import { walSegmentsBetween } from './wal-segments.js';

/** A copy that a Postgres starts from. */
export interface CopiedCluster extends CopiedTree {
  /** Every transaction that was committed by then is in it. */
  readonly holdsUntil: Date;
}

interface Stopped {
  readonly first: string;
  readonly last: string;
  readonly label: string;
}

const SLOT = 'keyledger_backup';
const CONTROL = 'global/pg_control';
/** What a start makes anew, and what belongs to this very process of Postgres. */
const EMPTIED = /^(pg_dynshmem|pg_notify|pg_replslot|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans|pg_wal)$/;
const LEFT = /^(postmaster\.(pid|opts)|backup_label(\.old)?|tablespace_map(\.old)?|.*pg_internal\.init.*)$/;

/**
 * Copies the files of a running Postgres by its own procedure for that (`pg_backup_start` … `pg_backup_stop`): a copy of
 * files that change while they are read is made whole by the write-ahead log of that time, which is copied last. A slot
 * keeps that log from being recycled.
 * @param client a superuser's session, which is needed for as long as this takes
 */
export async function copyCluster(client: pg.Client, data: string, to: string): Promise<CopiedCluster> {
  await client.query(`select pg_create_physical_replication_slot($1, true, true)`, [SLOT]);
  const started = await client.query<{ first: string }>(
    `select pg_walfile_name(pg_backup_start('keyledger', fast => true)) as first`,
  );
  const { directories, files } = await copyTree(data, to, choose);
  // Last, as Postgres' own tools do it.
  const copied = new Map(files).set(CONTROL, await copyControl(join(data, CONTROL), join(to, CONTROL)));
  const holdsUntil = new Date();
  const { first, last, label } = await stop(client, started.rows[0]?.first ?? '');
  await writeFile(join(to, 'backup_label'), label, { flag: 'wx', mode: 0o600 });
  copied.set('backup_label', { size: Buffer.byteLength(label), sha256: digest(Buffer.from(label)) });
  const wal = join(data, 'pg_wal');
  const histories = (await readdir(wal)).filter((name) => name.endsWith('.history'));
  for (const name of [...histories, ...walSegmentsBetween(first, last)])
    copied.set(`pg_wal/${name}`, await copyInto(join(wal, name), join(to, 'pg_wal', name)));
  await client.query('select pg_drop_replication_slot($1)', [SLOT]);
  return { directories, files: copied, holdsUntil };
}

function choose(path: string): Choice {
  if (EMPTIED.test(path)) return 'empty';
  const name = basename(path);
  return path === CONTROL || LEFT.test(name) || name.startsWith('pgsql_tmp') ? 'leave' : 'copy';
}

/** Without waiting for an archive, which there is none of: the log is copied by us. It is on disk by then. */
async function stop(client: pg.Client, first: string): Promise<Stopped> {
  const { rows } = await client.query<{ last: string; label: string; tablespaces: string | null }>(
    `select pg_walfile_name(lsn) as last, labelfile as label, nullif(spcmapfile, '') as tablespaces
     from pg_backup_stop(wait_for_archive => false)`,
  );
  const [stopped] = rows;
  if (stopped === undefined) throw new Error('Postgres did not say how the backup ended');
  if (stopped.tablespaces !== null) throw new Error('a cluster with tablespaces cannot be backed up');
  return { first, last: stopped.last, label: stopped.label };
}

/** One block that Postgres overwrites at a checkpoint: read until two looks are the same, so that none was half of one. */
async function copyControl(from: string, to: string): Promise<CopiedFile> {
  for (let before = await readFile(from); ;) {
    await delay(20);
    const now = await readFile(from);
    if (now.equals(before)) {
      await writeFile(to, now, { flag: 'wx', mode: 0o600, flush: true });
      return { size: now.length, sha256: digest(now) };
    }
    before = now;
  }
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
