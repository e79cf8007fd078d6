import { parseTime } from '#libs/domain';
import { QueryProblem, type QueryParameter } from './query-specification.js';
import { textProblem } from './text.js';

/** The kinds of query parameters that the lists of this API take. */
export const queryParameter = {
  /** A whole number in a range. */
  integer<T extends number | null>(options: {
    readonly min: number;
    readonly max: number;
    readonly absent: T;
    readonly description: string;
  }): QueryParameter<number | T> {
    const { min, max, absent, description } = options;
    return {
      schema: { type: 'integer', minimum: min, maximum: max, ...(absent === null ? {} : { default: absent }) },
      description,
      repeatable: false,
      absent,
      parse: ([value = '']) => {
        const number = /^-?\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
        if (!(number >= min && number <= max)) throw new QueryProblem(`must be an integer from ${min} to ${max}`);
        return number;
      },
    };
  },

  /** One of a fixed set of words. */
  oneOf<T extends string, A extends T | null>(
    words: readonly T[],
    options: { readonly absent: A; readonly description: string },
  ): QueryParameter<T | A> {
    return {
      schema: { type: 'string', enum: words, ...(options.absent === null ? {} : { default: options.absent }) },
      description: options.description,
      repeatable: false,
      absent: options.absent,
      parse: ([value]) => word(words, value),
    };
  },

  /** Some of a fixed set of words, separated by commas; null where not given. */
  commaList<T extends string>(words: readonly T[], description: string): QueryParameter<readonly T[] | null> {
    const pattern = `^(${words.join('|')})(,(${words.join('|')}))*$`;
    return {
      schema: { type: 'string', pattern },
      description,
      repeatable: false,
      absent: null,
      parse: ([value = '']) => value.split(',').map((part) => word(words, part)),
    };
  },

  /** Some of a fixed set of words, one a value; null where not given. */
  repeatedOneOf<T extends string>(words: readonly T[], description: string): QueryParameter<readonly T[] | null> {
    return {
      schema: { type: 'array', items: { type: 'string', enum: words } },
      description,
      repeatable: true,
      absent: null,
      parse: (values) => values.map((value) => word(words, value)),
    };
  },

  /** A text of 1 to `max` code points; null where not given. */
  text(max: number, description: string): QueryParameter<string | null> {
    return {
      schema: { type: 'string', minLength: 1, maxLength: max },
      description,
      repeatable: false,
      absent: null,
      parse: ([value = '']) => text(value, max),
    };
  },

  /** Texts of 1 to `max` code points, at most 100 of them; null where not given. */
  repeatedText(max: number, description: string): QueryParameter<readonly string[] | null> {
    return {
      schema: { type: 'array', items: { type: 'string', minLength: 1, maxLength: max }, maxItems: 100 },
      description,
      repeatable: true,
      absent: null,
      parse: (values) => {
        if (values.length > 100) throw new QueryProblem('may be given at most 100 times');
        return values.map((value) => text(value, max));
      },
    };
  },

  /** A moment as Unix milliseconds, from Unix seconds or RFC 3339; null where not given. */
  time(description: string): QueryParameter<number | null> {
    return {
      schema: { type: 'string' },
      description: `${description} (Unix seconds or RFC 3339)`,
      repeatable: false,
      absent: null,
      parse: ([value = '']) => time(value),
    };
  },

  /** An opaque cursor, opened by the list itself so that a bad one is 400; null where not given. */
  cursor(): QueryParameter<string | null> {
    return {
      schema: { type: 'string' },
      description: '`next_cursor` of the page before',
      repeatable: false,
      absent: null,
      parse: ([value = '']) => value,
    };
  },
};

function word<T extends string>(words: readonly T[], value: string | undefined): T {
  const found = words.find((candidate) => candidate === value);
  if (found === undefined) throw new QueryProblem(`must be one of ${words.join(', ')}`);
  return found;
}

function text(value: string, max: number): string {
  const problem = textProblem(value, { min: 1, max });
  if (problem !== null) throw new QueryProblem(problem);
  return value;
}

function time(value: string): number {
  const milliseconds = parseTime(value);
  if (milliseconds === null) throw new QueryProblem('must be a time as Unix seconds or RFC 3339');
  return milliseconds;
}
