import type { ErrorObject } from 'ajv';
import type { ValueProblem } from './messages.js';
import { shortened } from './shortened.js';

const MOST_PROBLEMS = 20;
const LONGEST_POINTER = 500;
const LONGEST_MESSAGE = 200;

/** The parameters of Ajv's errors that name a member of the object that the error is at. */
const NAMES_A_MEMBER = ['missingProperty', 'additionalProperty', 'unevaluatedProperty', 'propertyName'] as const;

/** Ajv's words are chosen by the schema; these say the same shorter, where the pointer tells the rest. */
const MESSAGES: Readonly<Record<string, string>> = {
  required: 'is missing',
  additionalProperties: 'is not allowed',
  unevaluatedProperties: 'is not allowed',
  'false schema': 'is not allowed',
};

/** The first of what Ajv found, each once, as pointers below `pointer`. Nothing in them repeats a value. */
export function valueProblems(errors: readonly ErrorObject[], pointer: string): readonly ValueProblem[] {
  const problems = new Map<string, ValueProblem>();
  for (const error of errors) {
    const field = shortened(`${pointer}${error.instancePath}${memberOf(error)}`, LONGEST_POINTER);
    const message = shortened(MESSAGES[error.keyword] ?? error.message ?? 'is not valid', LONGEST_MESSAGE);
    problems.set(`${field} ${message}`, { field, message });
    if (problems.size === MOST_PROBLEMS) break;
  }
  return [...problems.values()];
}

function memberOf({ params, propertyName }: ErrorObject): string {
  const named = NAMES_A_MEMBER.map((name): unknown => params[name]).find((name) => typeof name === 'string');
  const member = typeof named === 'string' ? named : propertyName;
  return member === undefined ? '' : `/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
