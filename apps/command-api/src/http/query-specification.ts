import { UNKNOWN_PARAMETER } from '#libs/operations';
import { RequestRefused, type FieldProblem } from './request-refused.js';
import type { JsonSchema } from './route-contract.js';

/** How one query parameter is read: from all the values that were sent, never none. */
export interface QueryParameter<T> {
  readonly schema: JsonSchema;
  readonly description: string;
  /** May be sent more than once. */
  readonly repeatable: boolean;
  /** What it is where it was not sent. */
  readonly absent: T;
  /** @throws QueryProblem */
  parse(values: readonly string[]): T;
}

/** What is wrong with a parameter's value; becomes one of the `fields` of a 422. */
export class QueryProblem extends Error {
  override readonly name = 'QueryProblem';
}

export type QuerySpecification = { readonly [name: string]: QueryParameter<unknown> };

export type QueryValues<Specification extends QuerySpecification> = {
  readonly [Name in keyof Specification]: Specification[Name] extends QueryParameter<infer T> ? T : never;
};

/**
 * Reads a query by its specification.
 * @throws RequestRefused 422 naming every parameter that is unknown, repeated without being repeatable, or wrong
 */
export function parseQuery<Specification extends QuerySpecification>(
  specification: Specification,
  query: unknown,
): QueryValues<Specification> {
  const sent = new Map(Object.entries(typeof query === 'object' && query !== null ? query : {}));
  const problems: FieldProblem[] = [];
  for (const name of sent.keys()) {
    if (!Object.hasOwn(specification, name)) problems.push({ field: name, message: UNKNOWN_PARAMETER });
  }
  const values = Object.entries(specification).map(([name, parameter]) => {
    const raw: unknown = sent.get(name);
    if (raw === undefined) return [name, parameter.absent];
    const texts = [raw].flat().filter((text): text is string => typeof text === 'string');
    try {
      if (texts.length !== 1 && !parameter.repeatable) throw new QueryProblem('may be given only once');
      return [name, parameter.parse(texts)];
    } catch (error) {
      if (!(error instanceof QueryProblem)) throw error;
      problems.push({ field: name, message: error.message });
      return [name, parameter.absent];
    }
  });
  if (problems.length > 0) throw new RequestRefused('validation_failed', { fields: problems });
  // Each value came from its own parameter's parse or absent.
  return Object.fromEntries(values) as QueryValues<Specification>;
}
