import {
  isApiKeyEvent,
  isJobEvent,
  isJobId,
  isWebhookEvent,
  isWebhookId,
  jobStream,
  lineageOf,
  lineageStream,
  parseStoredEvent,
  parseTime,
  webhookStream,
  withPlaceholders,
  type Actor,
  type DomainEvent,
  type JsonObject,
  type Recorded,
} from '#libs/domain';

/** One event of the file, ready to be folded. */
export interface LogLine {
  readonly seq: number;
  readonly stream: string;
  readonly revision: number;
  /** Unix milliseconds. */
  readonly occurredAtMs: number;
  readonly event: Recorded<DomainEvent>;
}

const ACTOR_TYPES = ['user', 'api_key', 'platform', 'worker', 'system'] as const;

/**
 * What the file does not say of an event, because it never leaves the server, for the fold asks for something in its
 * place. None of it is of a field that a key shows.
 */
const NOT_IN_THE_FILE = {
  org_id: 'not in the file',
  correlation_id: 'not in the file',
  causation_id: 'not in the file',
  ip: null,
  user_agent: null,
} as const;

/** @throws Error that says what is wrong with the line; UnknownEvent, MalformedEvent */
export function parseLogLine(line: string): LogLine {
  const fields = objectOf(parsedJson(line), 'the line');
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === 'string' ? value : fail(name, 'a text');
  };
  const count = (name: string): number => {
    const value = fields[name];
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? value
      : fail(name, 'a whole number');
  };
  const type = text('event_type');
  const [stream, occurred_at] = [text('stream'), text('occurred_at')];
  const occurredAtMs = parseTime(occurred_at) ?? fail('occurred_at', 'an instant');
  const event = parseStoredEvent({
    type,
    data: withPlaceholders(type, objectOf(fields['data'], 'data')),
    metadata: {
      ...NOT_IN_THE_FILE,
      actor: actorOf(objectOf(fields['actor'], 'actor')),
      request_id: text('request_id'),
      schema_version: count('schema_version'),
      occurred_at,
      reason: fields['reason'] === null ? null : text('reason'),
    },
  });
  if (isApiKeyEvent(event) && stream !== lineageStream(lineageOf(event.data.key_id) ?? '')) {
    fail('stream', 'that of the key');
  }
  if (isJobEvent(event) && (!isJobId(event.data.job_id) || stream !== jobStream(event.data.job_id))) {
    fail('stream', 'that of the job');
  }
  if (
    isWebhookEvent(event) &&
    (!isWebhookId(event.data.webhook_id) || stream !== webhookStream(event.data.webhook_id))
  ) {
    fail('stream', 'that of the webhook endpoint');
  }
  return { seq: count('seq'), stream, revision: count('revision'), occurredAtMs, event };
}

function parsedJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error('is no JSON; the file is cut off or damaged here');
  }
}

function actorOf({ type, id, name }: JsonObject): Actor {
  const known = ACTOR_TYPES.find((candidate) => candidate === type);
  if (known === undefined || typeof id !== 'string' || (name !== null && typeof name !== 'string')) {
    return fail('actor', 'somebody with type, id and name');
  }
  return { type: known, id, name };
}

function objectOf(value: unknown, name: string): JsonObject {
  // Parsed from JSON, so that an object of it is one of JSON.
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : fail(name, 'an object');
}

function fail(name: string, expected: string): never {
  throw new Error(`${name} must be ${expected}`);
}
