import { isIP } from 'node:net';
import type { SettingKind } from './setting.js';

/** The kinds of values that settings take. */
export const kinds = {
  integer(min: number, max: number): SettingKind<number> {
    return {
      is: `a whole number from ${min} to ${max}`,
      parse: (text) => {
        const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
        return number >= min && number <= max ? number : undefined;
      },
    };
  },

  boolean: {
    is: '`true` or `false`',
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  } satisfies SettingKind<boolean>,

  text: { is: 'a text', parse: (text) => text } satisfies SettingKind<string>,

  oneOf<T extends string>(...words: readonly T[]): SettingKind<T> {
    return {
      is: `one of ${words.map((word) => `\`${word}\``).join(', ')}`,
      parse: (text) => words.find((word) => word === text),
    };
  },

  url(...protocols: readonly string[]): SettingKind<string> {
    return {
      is: `a URL that begins with ${protocols.map((protocol) => `\`${protocol}://\``).join(' or ')}`,
      parse: (text) =>
        URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1)) ? text : undefined,
    };
  },

  /** A cluster of EventStoreDB names several hosts, which is no URL; its adapter looks closer. */
  eventStoreUrl: {
    is: 'a URL that begins with `postgres://`, `postgresql://`, `esdb://` or `esdb+discover://`',
    parse: (text) =>
      /^esdb(\+discover)?:\/\/\S+$/.test(text) || /^postgres(ql)?:$/.test(URL.parse(text)?.protocol ?? '')
        ? text
        : undefined,
  } satisfies SettingKind<string>,

  /** An entry is a CIDR block or a single address. */
  cidrList: {
    is: 'a comma list of addresses or CIDR blocks such as `10.0.0.0/8`',
    parse: (text) => listOf(text, isCidr),
  } satisfies SettingKind<readonly string[]>,

  portList: {
    is: 'a comma list of ports from 1 to 65535',
    parse: (text) => {
      const entries = listOf(text, (entry) => /^[1-9]\d{0,4}$/.test(entry) && Number(entry) <= 65_535);
      return entries?.map(Number);
    },
  } satisfies SettingKind<readonly number[]>,

  /** A cluster is named by several of its servers. */
  natsUrl: {
    is: 'a URL that begins with `nats://` or `tls://`, or a comma list of them',
    parse: (text) => listOf(text, (entry) => /^(nats|tls):$/.test(URL.parse(entry)?.protocol ?? ''))?.join(','),
  } satisfies SettingKind<string>,

  ratio: {
    is: 'a number from 0 to 1',
    parse: (text) => (/^(0|1|0?\.\d{1,15}|1\.0{1,15})$/.test(text) ? Number(text) : undefined),
  } satisfies SettingKind<number>,

  /** As OpenTelemetry writes them: values are percent-encoded where they would be taken for more than a value. */
  pairs: {
    is: 'a comma list of `name=value`, each value percent-encoded where it has to be',
    parse: (text) => {
      const entries = listOf(text, isPair);
      return entries === undefined ? undefined : Object.fromEntries(entries.map(pair));
    },
  } satisfies SettingKind<Readonly<Record<string, string>>>,

  sha256List: {
    is: 'a comma list of SHA-256 hashes, each of 64 hex digits',
    parse: (text) => listOf(text.toLowerCase(), (entry) => /^[0-9a-f]{64}$/.test(entry)),
  } satisfies SettingKind<readonly string[]>,
};

/** The same kind, for a setting that has no value by default. */
export function optional<T>(kind: SettingKind<T>): SettingKind<T | null> {
  return kind;
}

function listOf(text: string, isEntry: (entry: string) => boolean): readonly string[] | undefined {
  const entries = text.split(',').map((entry) => entry.trim());
  return entries.every(isEntry) ? entries : undefined;
}

function pair(entry: string): readonly [string, string] {
  const [name = '', ...value] = entry.split('=');
  return [name.trim(), decodeURIComponent(value.join('=').trim())];
}

function isPair(entry: string): boolean {
  try {
    return /^[^\s=]+\s*=/.test(entry) && decodeURIComponent(entry) !== '';
  } catch {
    return false;
  }
}

function isCidr(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32));
}
