import type { Setting } from './setting.js';
import { SETTINGS } from './settings.js';

/** `docs/settings.md`, from the declarations themselves. */
export function settingsTable(): string {
  const rows = Object.values(SETTINGS).map(
    (setting: Setting<unknown>) =>
      `| \`${setting.name}\` | ${setting.kind.is} | ${shown(setting.default)} | ${setting.description} |`,
  );
  return [
    '# Settings',
    '',
    'Each is an environment variable, read and checked once at start; a missing or empty one means its default. A process',
    'whose settings are not right says everything that is wrong with them, and does not start.',
    '',
    'This page is made from `libs/settings`: change the declarations, then run `npm run docs:settings`.',
    '',
    '<!-- prettier-ignore-start -->',
    '',
    '| Variable | What it is | Default | What it does |',
    '|---|---|---|---|',
    ...rows,
    '',
    '<!-- prettier-ignore-end -->',
    '',
  ].join('\n');
}

function shown(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return '–';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
