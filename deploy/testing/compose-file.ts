import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What the tests look at of a service, after `extends`; deploy/testing/compose.schema.json says more. */
export interface ComposeService {
  readonly image?: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly secrets?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly extends?: { readonly file: string; readonly service: string };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks?: Readonly<Record<string, { readonly internal?: boolean } | null>>;
}

/** Taken whole from the newer one, as Compose does; other lists are joined. */
const REPLACED = ['command', 'entrypoint', 'test'];

/** A compose file as Compose understands it: merge keys and `extends` resolved, nothing interpolated. */
export function readComposeFile(path: string): ComposeFile {
  const file = parse(readFileSync(path, 'utf8'), { merge: true }) as ComposeFile;
  const services = Object.entries(file.services).map(([name, { extends: base, ...own }]) => {
    if (base === undefined) return [name, own] as const;
    const { [base.service]: found } = readComposeFile(base.file).services;
    if (found === undefined) throw new Error(`${path}: ${name} extends ${base.service}, which is not in ${base.file}`);
    return [name, joined('', found, own) as ComposeService] as const;
  });
  return { ...file, services: Object.fromEntries(services) };
}

function joined(key: string, base: unknown, own: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(own)) {
    return REPLACED.includes(key) ? own : [...new Set<unknown>([...(base as unknown[]), ...(own as unknown[])])];
  }
  if (!isMapping(base) || !isMapping(own)) return own ?? base;
  const keys = [...new Set([...Object.keys(base), ...Object.keys(own)])];
  return Object.fromEntries(keys.map((name) => [name, joined(name, base[name], own[name])]));
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
