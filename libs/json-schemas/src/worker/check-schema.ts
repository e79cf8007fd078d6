import { Ajv2020 } from 'ajv/dist/2020.js';
import { shortened } from './shortened.js';

/** Made at the first check, for only few threads ever see one. It is asked nothing but whether a schema is a schema. */
let metaSchema: Ajv2020 | null = null;

/** What the meta-schema of draft 2020-12 finds wrong with a schema; null where nothing is. */
export function checkSchema(text: string): string | null {
  metaSchema ??= new Ajv2020({ strict: false, logger: false, validateFormats: false });
  // Text of ours, of a schema that has been looked at.
  const schema = JSON.parse(text) as object | boolean;
  if (metaSchema.validateSchema(schema) === true) return null;
  const [first] = metaSchema.errors ?? [];
  const place = first === undefined || first.instancePath === '' ? '' : ` at ${first.instancePath}`;
  return shortened(`is no JSON Schema of draft 2020-12:${place} ${first?.message ?? 'not valid'}`, 300);
}
