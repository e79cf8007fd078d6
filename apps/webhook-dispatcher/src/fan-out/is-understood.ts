import type { LogMessage } from '#libs/contracts';

/** Whether a message of the bus, on which anything may be, has the shape of one of a publisher. */
export function isUnderstood({ content }: LogMessage): boolean {
  if (content === null) return true;
  const { event, endpoint, stream, revision }: Partial<Record<keyof typeof content, unknown>> = content;
  return (
    typeof stream === 'string' &&
    Number.isSafeInteger(revision) &&
    (event !== null || endpoint !== null) &&
    (event === null || (hasTexts(event, 'id', 'type', 'org_id', 'timestamp') && isObject(event['data']))) &&
    (endpoint === null || (hasTexts(endpoint, 'id', 'type') && isObject(endpoint['data']) && isOfSomebody(endpoint)))
  );
}

function isOfSomebody(endpoint: Readonly<Record<string, unknown>>): boolean {
  return hasTexts(endpoint['metadata'], 'org_id');
}

function hasTexts(value: unknown, ...names: readonly string[]): value is Readonly<Record<string, unknown>> {
  return isObject(value) && names.every((name) => typeof value[name] === 'string');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
