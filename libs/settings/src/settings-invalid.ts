/** The process may not start like this; each problem names its setting and what to change. */
export class SettingsInvalid extends Error {
  readonly code = 'settings_invalid';
  override readonly name = 'SettingsInvalid';
  constructor(
    readonly problems: readonly string[],
    options?: ErrorOptions,
  ) {
    super(`The settings are not right:\n${problems.map((problem) => `- ${problem}`).join('\n')}`, options);
  }
}
