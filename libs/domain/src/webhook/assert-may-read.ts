import { DomainRejection } from '../domain-rejection.js';
import type { Grantor } from '../scopes/grant-policy.js';
import { holds } from '../scopes/holds.js';
import { readScopeOf, type IntegrationEventType } from './integration-event-types.js';

/**
 * May whoever asks see what events of those types show? An endpoint sends it to whoever its url names, so nobody may
 * direct there what they could not `GET` themselves.
 * @param reader undefined: whoever may read them all
 * @throws DomainRejection `insufficient_scope`, naming the first scope that is missing
 */
export function assertMayRead(reader: Grantor | undefined, types: readonly IntegrationEventType[]): void {
  if (reader === undefined || reader.kind === 'admin') return;
  const unreadable = types.find((type) => !holds(reader, readScopeOf(type)));
  if (unreadable === undefined) return;
  const requiredScope = readScopeOf(unreadable);
  throw new DomainRejection('insufficient_scope', `${unreadable} shows what only ${requiredScope} may read.`, {
    requiredScope,
  });
}
