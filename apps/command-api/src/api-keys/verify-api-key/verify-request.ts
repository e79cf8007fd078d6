import { RequestRefused } from '../../http/request-refused.js';

export interface VerifyRequest {
  readonly key: string;
  readonly scopes: readonly string[];
}

const MOST_SCOPES = 200;
const NO_SCOPES: readonly string[] = [];

/**
 * Reads the body of a verification by hand: this is the one route where a validator's generality is felt.
 * @throws RequestRefused 422
 */
export function parseVerifyRequest(body: unknown): VerifyRequest {
  if (body === undefined) throw RequestRefused.field('key', 'is missing');
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw RequestRefused.field('body', 'must be a JSON object');
  }
  for (const name in body) {
    if (name !== 'key' && name !== 'scopes') throw RequestRefused.field(name, 'is not known here');
  }
  const key = 'key' in body ? body.key : undefined;
  if (key === undefined) throw RequestRefused.field('key', 'is missing');
  if (typeof key !== 'string') throw RequestRefused.field('key', 'must be a string');
  const scopes: unknown = 'scopes' in body ? body.scopes : NO_SCOPES;
  if (!isTextList(scopes)) throw RequestRefused.field('scopes', 'must be a list of strings');
  if (scopes.length > MOST_SCOPES) throw RequestRefused.field('scopes', `must have at most ${MOST_SCOPES} entries`);
  return { key, scopes };
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
