import { EventStoreUnavailable, LogIntegrityError } from '#libs/event-store';
import { SILENT } from '#libs/observability';
import { DatabaseUnavailable, DatabaseUnfit } from '#libs/postgres';
import { nameSetting } from './name-setting.js';
import { onceReachable } from './once-reachable.js';

const { signal } = new AbortController();
const withCode = (code: string, message = code): Error => Object.assign(new Error(message), { code });

function failing(...errors: readonly Error[]): { attempt: () => Promise<string>; outages: unknown[] } {
  const left = [...errors];
  const attempt = async (): Promise<string> => {
    const error = left.shift();
    if (error !== undefined) throw error;
    return 'opened';
  };
  return { attempt, outages: [] };
}

it('attempts again for as long as there are outages, and says each', async () => {
  const { attempt, outages } = failing(withCode('ECONNREFUSED'), new EventStoreUnavailable('away'));
  const warnings: string[] = [];
  const logger = { ...SILENT, warn: (_: object, message: string) => void warnings.push(message) };
  expect(await onceReachable(attempt, { logger, signal, onOutage: (outage) => outages.push(outage) })).toBe('opened');
  expect(outages).toMatchObject([{ code: 'ECONNREFUSED' }, { code: 'event_store_unavailable' }]);
  expect(warnings).toHaveLength(2);
});

it.each([
  ['a wrong password', withCode('28P01')],
  ['a database that does not exist', withCode('3D000')],
  ['a host that nobody knows', withCode('ENOTFOUND')],
  ['such a host behind an outage', new EventStoreUnavailable('away', { cause: withCode('ENOTFOUND') })],
])('gives up at %s', async (_, error) => {
  await expect(onceReachable(failing(error).attempt, { logger: SILENT, signal })).rejects.toBe(error);
});

it('stops waiting when it is told to', async () => {
  const stopping = new AbortController();
  const waiting = onceReachable(
    async () => {
      stopping.abort();
      throw new DatabaseUnavailable('away');
    },
    { logger: SILENT, signal: stopping.signal },
  );
  expect(await waiting).toBeNull();
});

it.each([withCode('28P01', 'password authentication failed'), new DatabaseUnfit('a newer version'), new Error('odd')])(
  'names the setting of what stays as it is: %s',
  async (error) => {
    await expect(nameSetting('DATABASE_URL', failing(error).attempt)).rejects.toMatchObject({
      code: 'settings_invalid',
      problems: [`DATABASE_URL names a store that cannot be used: ${error.message}`],
    });
  },
);

it.each(['DATABASE_URL', 'EVENT_STORE_URL'] as const)('tells an outage by the store that %s names', async (setting) => {
  const cause = withCode('ECONNREFUSED');
  const code = setting === 'DATABASE_URL' ? 'database_unavailable' : 'event_store_unavailable';
  await expect(nameSetting(setting, failing(cause).attempt)).rejects.toMatchObject({ code, cause });
});

it('leaves a damaged log as it is, which no setting mends', async () => {
  const error = new LogIntegrityError(1n, 2n);
  await expect(nameSetting('EVENT_STORE_URL', failing(error).attempt)).rejects.toBe(error);
});
