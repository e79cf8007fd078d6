import type { LogMessage } from '#libs/contracts';

const DECIMAL = /^\d+$/;

/**
 * A message as JSON of at most so many bytes. In place of a larger one stands one that names itself as its predecessor, so
 * that whoever reads it has missed something and goes to the log, which has it.
 */
export function toJson(message: LogMessage, mostBytes: number): { readonly text: string; readonly isWhole: boolean } {
  const text = JSON.stringify(message);
  if (Buffer.byteLength(text) <= mostBytes) return { text, isWhole: true };
  const { position } = message;
  return { text: JSON.stringify({ position, previous: position, content: null } satisfies LogMessage), isWhole: false };
}

/** Null for what is no message of a publisher: anybody with the right to do so may have put it there. */
export function fromJson(text: string): LogMessage | null {
  const value = parsed(text);
  if (typeof value !== 'object' || value === null) return null;
  const { position, previous, content } = value as Partial<Record<keyof LogMessage, unknown>>;
  if (!isDecimal(position) || !isDecimal(previous) || typeof content !== 'object') return null;
  // Its content is the publisher's own, of this release or of the one before.
  return { position, previous, content: content as LogMessage['content'] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isDecimal(value: unknown): value is string {
  return typeof value === 'string' && DECIMAL.test(value);
}
