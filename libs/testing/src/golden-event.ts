import { readFileSync } from 'node:fs';
import { currentSchemaVersion, type DomainEventType, type StoredDomainEvent } from '#libs/domain';

/** From the repository's folder, in which tests run. */
export const GOLDEN_FOLDER = 'libs/domain/golden';

export const goldenFileOf = (type: string, version: number): string => `${type}.v${version}.json`;

/** An event as a release wrote it; without a version as the present one does. */
export function goldenEvent(type: DomainEventType, version = currentSchemaVersion(type)): StoredDomainEvent {
  return JSON.parse(readFileSync(`${GOLDEN_FOLDER}/${goldenFileOf(type, version)}`, 'utf8')) as StoredDomainEvent;
}
