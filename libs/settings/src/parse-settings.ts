import type { Setting } from './setting.js';
import { SettingsInvalid } from './settings-invalid.js';
import { SETTINGS, type Settings } from './settings.js';
import { valuesFromFiles } from './values-from-files.js';

/**
 * Reads all settings from the environment and the files that it names for some; a missing or empty variable means the
 * default.
 * @throws SettingsInvalid with every problem at once
 */
export function parseSettings(given: Readonly<Record<string, string | undefined>>): Settings {
  const { environment, problems: unread } = valuesFromFiles(given);
  const problems = [...unread];
  const entries = Object.entries(SETTINGS).map(([key, setting]: [string, Setting<unknown>]) => {
    const text = environment[setting.name]?.trim() ?? '';
    if (text === '') return [key, setting.default];
    const value = setting.kind.parse(text);
    // The value itself may be a secret (a URL with a password), so the message does not repeat it.
    if (value === undefined) problems.push(`${setting.name} must be ${setting.kind.is}.`);
    return [key, value];
  });
  // Every key of SETTINGS, each parsed by its own kind.
  const settings = Object.fromEntries(entries) as Settings;
  problems.push(...contradictions(settings));
  if (problems.length > 0) throw new SettingsInvalid(problems);
  return settings;
}

function contradictions(settings: Settings): readonly string[] {
  const { devIssuer, oidcIssuer, oidcAudience, oidcJwksUrl, keyring, keyringFile } = settings;
  const problems: string[] = [];
  if (keyring !== null && keyringFile !== null) {
    problems.push('KEYRING and KEYRING_FILE exclude each other: remove one of them.');
  }
  if (devIssuer && oidcIssuer !== null) {
    problems.push('DEV_ISSUER=true and OIDC_ISSUER exclude each other: remove one of them.');
  }
  if (oidcIssuer !== null && oidcAudience === null) {
    problems.push(
      'OIDC_AUDIENCE must be set with OIDC_ISSUER: tokens for other services would be accepted without it.',
    );
  }
  if (oidcIssuer === null && oidcJwksUrl !== null) {
    problems.push('OIDC_JWKS_URL means nothing without OIDC_ISSUER: set that too, or remove it.');
  }
  return problems;
}
