import { SettingsInvalid } from './settings-invalid.js';
import type { Settings } from './settings.js';

/** For an app of its own: only the embedded default starts a Postgres by itself. @throws SettingsInvalid */
export function requireDatabaseUrl({ databaseUrl }: Pick<Settings, 'databaseUrl'>): string {
  if (databaseUrl !== null) return databaseUrl;
  throw new SettingsInvalid(['DATABASE_URL must be set: only `npm start` brings a Postgres of its own.']);
}
