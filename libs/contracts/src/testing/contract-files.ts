import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { INTEGRATION_EVENT_TYPES, type IntegrationEventType, type JsonObject } from '#libs/domain';
import { CONTRACT_VERSIONS } from '../contract-versions.js';

/** A body as a release sent it. */
export interface GoldenBody {
  readonly id: string;
  readonly type: IntegrationEventType;
  readonly timestamp: string;
  readonly org_id: string;
  readonly sequence: number | null;
  readonly data: JsonObject;
}

/** From the repository's folder, in which tests run. */
const ROOM = 'libs/contracts';

/** Every type with every version that was ever sent. */
export const EVERY_VERSION = INTEGRATION_EVENT_TYPES.flatMap((type) =>
  Array.from({ length: CONTRACT_VERSIONS[type] }, (_, index) => [type, index + 1] as const),
);

export const fileOf = (type: string, version: number): string => `${type}.v${version}.json`;

export const filesIn = (folder: 'golden' | 'schemas'): readonly string[] => readdirSync(`${ROOM}/${folder}`);

export const goldenBody = (type: IntegrationEventType, version: number): GoldenBody =>
  JSON.parse(readFileSync(`${ROOM}/golden/${fileOf(type, version)}`, 'utf8')) as GoldenBody;

/** The schemas of bodies, by their files. With `closed` they allow no object more than they name. */
export function compiledSchemas({ closed }: { readonly closed: boolean }): (file: string) => ValidateFunction {
  const ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    formats: { 'date-time': true },
  });
  for (const file of filesIn('schemas')) {
    const schema = JSON.parse(readFileSync(`${ROOM}/schemas/${file}`, 'utf8'), (_, value: unknown) =>
      closed && isNamingObject(value) ? { ...value, additionalProperties: false } : value,
    ) as object;
    ajv.addSchema(schema);
  }
  return (file) => {
    const validate = ajv.getSchema(file);
    if (validate === undefined) throw new Error(`there is no schema ${file}`);
    return validate;
  };
}

/** What `type` and `properties` a schema of a type names is what it adds to the body's. */
function isNamingObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'properties' in value && 'required' in value;
}
