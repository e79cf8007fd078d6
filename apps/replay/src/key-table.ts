import type { PresentedKey } from '#libs/domain';

const COLUMNS: readonly (readonly [string, (key: PresentedKey) => string])[] = [
  ['ID', ({ id }) => id],
  ['STATUS', ({ status }) => status],
  ['NAME', ({ name }) => name],
  ['TYPE', ({ type }) => type],
  ['ENVIRONMENT', ({ environment }) => environment],
  ['ACCESS', ({ access }) => access],
  ['SCOPES', ({ scopes }) => scopes.join(' ')],
  ['CREATED', ({ created_at }) => moment(created_at)],
  ['EXPIRES', ({ expires_at }) => moment(expires_at)],
  ['REVOKED', ({ revoked_at }) => moment(revoked_at)],
];

/** The keys as people read them, a line each. */
export function keyTable(keys: readonly PresentedKey[]): string {
  const lines = [COLUMNS.map(([name]) => name), ...keys.map((key) => COLUMNS.map(([, cell]) => printable(cell(key))))];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function moment(seconds: number | null): string {
  return seconds === null ? '-' : new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z');
}

/** A file from elsewhere could hold what a terminal obeys. */
function printable(text: string): string {
  const escaped = (character: string) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`;
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}
