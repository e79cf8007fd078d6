import { isError } from '#libs/errors';
import { EventStoreUnavailable, LogIntegrityError } from '#libs/event-store';
import { DatabaseUnavailable } from '#libs/postgres';
import { SettingsInvalid } from '#libs/settings';
import { mayComeBack } from './may-come-back.js';

export type StoreSetting = 'DATABASE_URL' | 'EVENT_STORE_URL';

/**
 * Opens what a setting names. What would be the same at the next attempt, such as a wrong password, a database that does
 * not exist or a schema of another version, is told as a problem of that setting.
 * @throws SettingsInvalid
 * @throws DatabaseUnavailable, EventStoreUnavailable, by the setting, for an outage
 * @throws LogIntegrityError
 */
export async function nameSetting<T>(setting: StoreSetting, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof LogIntegrityError || error instanceof SettingsInvalid) throw error;
    if (mayComeBack(error)) throw outage(setting, error);
    const reason = isError(error) ? error.message : String(error);
    throw new SettingsInvalid([`${setting} names a store that cannot be used: ${reason}`], { cause: error });
  }
}

function outage(setting: StoreSetting, cause: unknown): DatabaseUnavailable | EventStoreUnavailable {
  return setting === 'DATABASE_URL'
    ? new DatabaseUnavailable('the database did not answer', { cause })
    : new EventStoreUnavailable('the event store did not answer', { cause });
}
