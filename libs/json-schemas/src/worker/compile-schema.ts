import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { isError } from '#libs/errors';
import { shortened } from './shortened.js';

const OPTIONS = {
  // Unknown keywords are annotations, as the draft says.
  strict: false,
  // A format is an annotation in draft 2020-12.
  validateFormats: false,
  // All problems, up to the time that there is; it also keeps the code of large schemas flat.
  allErrors: true,
  // `required: ["constructor"]` is not met by what every object inherits.
  ownProperties: true,
  // Was checked against the meta-schema when it was put; without it no reference leads out of the schema.
  validateSchema: false,
  meta: false,
  // A third of what compiling costs, for nothing that was measurable in what runs.
  code: { optimize: false },
  logger: false,
} as const;

/** Words of draft 2019-09 that Ajv takes for its own, while they say nothing in 2020-12. */
const OF_AN_OLDER_DRAFT = ['$recursiveRef', '$recursiveAnchor'];

/**
 * A schema as code. Each has an Ajv of its own: one Ajv for all would let a schema refer to what another organization's
 * `$id` names, and would never forget it. @throws whatever Ajv says of it, see `unusable`
 */
export function compileSchema(text: string): ValidateFunction {
  const ajv = new Ajv2020(OPTIONS);
  for (const keyword of OF_AN_OLDER_DRAFT) ajv.removeKeyword(keyword);
  // Text of ours, of a schema that has been looked at.
  return ajv.compile(JSON.parse(text) as object | boolean);
}

/** Why a schema did not compile, in words for whoever wrote it. */
export function unusable(error: unknown): string {
  if (!isError(error)) return 'cannot be used';
  if (error.name === 'RangeError') return 'refers to itself without end, or is nested too deeply';
  if ('missingRef' in error && typeof error.missingRef === 'string') {
    return `refers to ${shortened(error.missingRef, 200)}, which is not in the schema itself`;
  }
  return `cannot be used: ${shortened(error.message, 300)}`;
}
