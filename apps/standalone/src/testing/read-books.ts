import { eventually, type ApiAnswer, type ApiClient } from '#libs/testing';

/** What an organization's admin reads in the three places that tell of its keys. */
export interface Books {
  readonly keys: readonly Record<string, unknown>[];
  /** Oldest first. */
  readonly entries: readonly Record<string, unknown>[];
  /** Of every lineage that an entry names, each oldest first. */
  readonly histories: ReadonlyMap<string, readonly Record<string, unknown>[]>;
}

interface ListPage {
  readonly data: readonly Record<string, unknown>[];
  readonly next_cursor: string | null;
}

const LINEAGE = 'ak_'.length + 16;
const HISTORIES_AT_ONCE = 16;

/** Reads listing, audit log and all histories, as of a log position or later. */
export async function readBooks(client: ApiClient, position: string | null): Promise<Books> {
  const headers: Record<string, string> = position === null ? {} : { 'x-min-log-position': position };
  const keys = await readList(client, '/v1/api-keys?limit=200', headers);
  const entries = (await readList(client, '/v1/system_audit_log?limit=500', headers)).toReversed();
  const targets = entries.filter((entry) => entry['target_type'] === 'api_key').map((entry) => entry['target_id']);
  const lineages = [...new Map(targets.map((id) => [String(id).slice(0, LINEAGE), String(id)]))];
  const histories = new Map<string, readonly Record<string, unknown>[]>();
  for (let start = 0; start < lineages.length; start += HISTORIES_AT_ONCE) {
    await Promise.all(
      lineages.slice(start, start + HISTORIES_AT_ONCE).map(async ([lineage, id]) => {
        histories.set(lineage, await readList(client, `/v1/api-keys/${id}/history?limit=200`, headers));
      }),
    );
  }
  return { keys, entries, histories };
}

async function readList(
  client: ApiClient,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<readonly Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (let next: string | null = path; next !== null;) {
    const page = await readPage(client, next, headers);
    const { data, next_cursor } = page.body as unknown as ListPage;
    rows.push(...data);
    next = next_cursor === null ? null : `${path}&cursor=${encodeURIComponent(next_cursor)}`;
  }
  return rows;
}

/** After a crash the read models may be behind for longer than one read waits; that answer says to ask again. */
async function readPage(
  client: ApiClient,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<ApiAnswer> {
  return eventually(`GET ${path}`, async () => {
    const page = await client.get(path, headers);
    if (page.text.includes('read_model_behind')) return null;
    if (page.status !== 200) throw new Error(`GET ${path} answered ${page.status}: ${page.text}`);
    return page;
  });
}
