import type { Setting } from './setting.js';
import { SETTINGS } from './settings.js';

/** `.env.example`, from the declarations themselves: every setting at its default, commented out. */
export function environmentExample(): string {
  const entries = Object.values(SETTINGS).map(
    ({ name, kind, description, default: value }: Setting<unknown>) =>
      `# ${description}\n# It is ${kind.is}.\n#${name}=${shown(value)}\n`,
  );
  return [
    '# Settings of every app, each shown at its default; take the # away to change one. Made from libs/settings by',
    '# `npm run docs:settings`. Load it with `set -a; . ./.env; set +a`, or give it to your container engine.',
    '',
    ...entries,
  ].join('\n');
}

/** Nothing for a setting without a default, which an empty variable means too. */
function shown(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
