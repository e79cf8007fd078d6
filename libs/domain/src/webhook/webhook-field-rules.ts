import { DomainRejection } from '../domain-rejection.js';
import { MAX_TEXT_LENGTH, validText, wholeNumber } from '../field-rules.js';
import {
  INTEGRATION_EVENT_TYPES,
  isIntegrationEventType,
  type IntegrationEventType,
} from './integration-event-types.js';

export const DEFAULT_OVERLAP_SECONDS = 86_400;
export const MAX_OVERLAP_SECONDS = 30 * 86_400;

/**
 * The types as they came, each once. @throws DomainRejection `invalid_event_types` for one that there is not,
 * `validation_failed` for none at all
 */
export function validEventTypes(
  field: 'events' | 'event_types',
  types: readonly string[],
): readonly IntegrationEventType[] {
  if (types.length === 0) throw DomainRejection.ofField(field, 'must name at least one event type');
  return [...new Set(types.map((type, index) => knownType(`${field}[${index}]`, type)))];
}

/** @throws DomainRejection `invalid_event_types` */
export function validEventType(type: string): IntegrationEventType {
  return knownType('event_type', type);
}

/** @throws DomainRejection `validation_failed` */
export function validDescription(text: string | null): string | null {
  return text === null ? null : validText('description', text, MAX_TEXT_LENGTH);
}

/** @throws DomainRejection `validation_failed` */
export function validOverlap(seconds: number): number {
  return wholeNumber('overlap_seconds', seconds, 0, MAX_OVERLAP_SECONDS);
}

/** [since, until) in Unix seconds. @throws DomainRejection `validation_failed` for a period without a second in it */
export function validPeriod(since: number, until: number): { readonly since: number; readonly until: number } {
  wholeNumber('until', until, 0, Number.MAX_SAFE_INTEGER);
  wholeNumber('since', since, 0, Number.MAX_SAFE_INTEGER);
  if (since >= until) throw DomainRejection.ofField('since', 'must be before until');
  return { since, until };
}

function knownType(field: string, type: string): IntegrationEventType {
  if (isIntegrationEventType(type)) return type;
  const message = `must be one of ${INTEGRATION_EVENT_TYPES.join(', ')}`;
  throw new DomainRejection('invalid_event_types', `${field} ${message}.`, { fields: [{ field, message }] });
}
