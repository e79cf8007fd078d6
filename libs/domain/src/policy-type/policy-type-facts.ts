import { validLine, wholeNumber } from '../field-rules.js';
import { DomainRejection } from '../domain-rejection.js';
import { MalformedEvent } from '../stored/malformed-event.js';
import type { Recorded } from '../recorded.js';
import { toSeconds } from '../seconds.js';
import type { PutPolicyType } from './policy-type.commands.js';
import type { PolicyTypeEvent, PolicyTypeFacts } from './policy-type.events.js';
import type { PolicyTypeState } from './policy-type.state.js';
import { isPolicyTypeName } from './policy-type-stream.js';

export const MAX_TITLE_LENGTH = 2000;
export const DEFAULT_PRIORITY = 5;
export const DEFAULT_MAX_ATTEMPTS = 3;

/** The facts as a command asks for them. @throws DomainRejection `validation_failed` */
export function factsAskedFor(command: PutPolicyType): PolicyTypeFacts {
  if (!isPolicyTypeName(command.policyType)) {
    throw DomainRejection.ofField('type', 'must be 1 to 64 of the characters a-z, 0-9, _ and -');
  }
  if (command.title === '') throw DomainRejection.ofField('title', 'must have at least 1 character');
  const { priority = DEFAULT_PRIORITY, maxAttempts = DEFAULT_MAX_ATTEMPTS } = command.defaults;
  return {
    title: validLine('title', command.title, MAX_TITLE_LENGTH),
    input_schema: command.inputSchema,
    result_schema: command.resultSchema,
    defaults: {
      priority: wholeNumber('defaults.priority', priority, 0, 9),
      max_attempts: wholeNumber('defaults.max_attempts', maxAttempts, 1, 25),
    },
  };
}

/** The facts under the names that events and answers have. */
export function policyTypeFacts({ title, inputSchema, resultSchema, defaults }: PolicyTypeState): PolicyTypeFacts {
  const { priority, maxAttempts } = defaults;
  return {
    title,
    input_schema: inputSchema,
    result_schema: resultSchema,
    defaults: { priority, max_attempts: maxAttempts },
  };
}

/**
 * The type as one event of its stream leaves it. Every event holds all the facts, so the last one alone says how the
 * type stands. @throws MalformedEvent
 */
export function policyTypeAfter({ type, data, metadata }: Recorded<PolicyTypeEvent>): PolicyTypeState {
  const milliseconds = Date.parse(metadata.occurred_at);
  if (Number.isNaN(milliseconds)) throw new MalformedEvent(type, 'metadata.occurred_at is no time');
  return {
    type: data.policy_type,
    title: data.title,
    inputSchema: data.input_schema,
    resultSchema: data.result_schema,
    defaults: { priority: data.defaults.priority, maxAttempts: data.defaults.max_attempts },
    updatedAt: toSeconds(milliseconds),
  };
}
