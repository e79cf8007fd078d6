import type pg from 'pg';
import type { ExpiryNoticeDays } from '#libs/domain';

/** One moment that has come: a key ends in so many days, or in fewer. */
export interface DueNotice {
  readonly orgId: string;
  readonly keyId: string;
  /** Unix seconds. */
  readonly expiresAt: number;
  readonly daysLeft: ExpiryNoticeDays;
}

interface DueRow {
  readonly org_id: string;
  readonly id: string;
  readonly expires_at: string;
}

/**
 * The next moments that have come and were not tried, by the read model, which may be behind: the decider has the last
 * word. Ordered by the key's end, and behind the one given, so that a look ends however many there are.
 */
export async function dueNotices(
  pool: pg.Pool,
  daysLeft: ExpiryNoticeDays,
  nowSeconds: number,
  { limit, after }: { readonly limit: number; readonly after: DueNotice | null },
): Promise<readonly DueNotice[]> {
  const { rows } = await pool.query<DueRow>({
    name: 'due_expiry_notices',
    text: DUE_NOTICES,
    values: [nowSeconds, daysLeft, after?.expiresAt ?? nowSeconds, after?.keyId ?? '', limit],
  });
  return rows.map(({ org_id, id, expires_at }) => ({
    ...{ orgId: org_id, keyId: id, expiresAt: Number(expires_at), daysLeft },
  }));
}

/** Notes them as tried. */
export async function noteTried(pool: pg.Pool, notices: readonly DueNotice[]): Promise<void> {
  await pool.query({
    name: 'note_tried_expiry_notices',
    text: NOTE_TRIED,
    values: [
      notices.map(({ orgId }) => orgId),
      notices.map(({ keyId }) => keyId),
      notices.map(({ expiresAt }) => expiresAt),
      notices.map(({ daysLeft }) => daysLeft),
    ],
  });
}

/** Forgets those of keys that have long expired. @returns how many, at most `limit` */
export async function forgetPast(pool: pg.Pool, nowSeconds: number, limit: number): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'forget_past_expiry_notices',
    text: FORGET_PAST,
    values: [nowSeconds - KEPT_SECONDS, limit],
  });
  return rowCount ?? 0;
}

/** A clock that is set back so far finds its moments again, and the log has their events already. */
const KEPT_SECONDS = 86_400;

const DUE_NOTICES = `
  select org_id, id, expires_at
  from read_models.api_keys as keys
  where expires_at > $1::bigint and expires_at <= $1::bigint + $2::int * 86400
    and (expires_at, id) > ($3::bigint, $4::text)
    and not deleted and not revoked and not rotated
    and not exists (
      select from expiry_notices.tried
      where tried.key_id = keys.id and tried.expires_at = keys.expires_at and tried.days_left = $2::int)
  order by expires_at, id limit $5`;

const NOTE_TRIED = `
  insert into expiry_notices.tried (org_id, key_id, expires_at, days_left)
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::int[])
  on conflict do nothing`;

const FORGET_PAST = `
  delete from expiry_notices.tried
  where ctid = any(array(select ctid from expiry_notices.tried where expires_at < $1 order by expires_at limit $2))`;
