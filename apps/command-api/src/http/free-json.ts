import { LONE_SURROGATE } from './text.js';

/** Deeper than anything that people write, and far from where a recursive writer of JSON runs out of stack. */
const MOST_LEVELS = 100;

/**
 * What is wrong with JSON that a client may make up as it likes, null where nothing is. It is kept and handed on as it
 * came, so it has nothing that a JSON text cannot carry (a number that is none in JSON would become null), and nothing
 * that its readers' stores refuse: `jsonb` has no NUL, and no UTF-8 a lone surrogate, in texts and in names of members.
 */
export function freeJsonProblem(value: unknown, maxBytes: number): string | null {
  const problem = contentProblem(value);
  if (problem !== null) return problem;
  return Buffer.byteLength(JSON.stringify(value)) > maxBytes ? `must have at most ${maxBytes} bytes as JSON` : null;
}

/** Level by level, for a body may have half a million of them. */
function contentProblem(value: unknown): string | null {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth <= MOST_LEVELS; depth++) {
    for (const member of level) {
      const problem = memberProblem(member);
      if (problem !== null) return problem;
    }
    level = level.flatMap((member): readonly unknown[] =>
      typeof member === 'object' && member !== null ? Object.values(member) : [],
    );
    if (level.length === 0) return null;
  }
  return `must have at most ${MOST_LEVELS} levels`;
}

function memberProblem(member: unknown): string | null {
  if (typeof member === 'number' && !Number.isFinite(member))
    return 'must not contain a number beyond the range of a double';
  if (typeof member === 'string') return textProblem(member);
  if (typeof member !== 'object' || member === null || Array.isArray(member)) return null;
  return (
    Object.keys(member)
      .map(textProblem)
      .find((problem) => problem !== null) ?? null
  );
}

function textProblem(text: string): string | null {
  if (text.includes('\0')) return 'must not contain NUL (U+0000)';
  return LONE_SURROGATE.test(text) ? 'must not contain a lone surrogate' : null;
}
