import { readFileSync } from 'node:fs';
import type { DomainEventType } from '#libs/domain';

/** The data of the golden file of one version of an event, found from the repository's folder. */
export function goldenData(type: DomainEventType, version: number): unknown {
  const golden: unknown = JSON.parse(readFileSync(`libs/domain/golden/${type}.v${version}.json`, 'utf8'));
  return typeof golden === 'object' && golden !== null && 'data' in golden ? golden.data : null;
}
