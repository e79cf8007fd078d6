import { createHash } from 'node:crypto';
import type pg from 'pg';
import {
  MalformedEvent,
  parsePolicyTypeEvent,
  POLICY_TYPE_STREAM_PREFIX,
  policyTypeAfter,
  policyTypeStream,
} from '#libs/domain';
import type { Projection, SequencedEvent } from '#libs/projections';
import { writePolicyTypes, type ChangedPolicyType } from './write-policy-types.js';

/** Which policy types are there? Every event says all of its type, so the last one is all there is to keep. */
export class PolicyTypesProjection implements Projection {
  readonly name = 'policy-types';
  readonly version = 1;
  readonly streams = [POLICY_TYPE_STREAM_PREFIX];

  async handle(page: readonly SequencedEvent[], transaction: pg.ClientBase): Promise<void> {
    const changed = new Map<string, ChangedPolicyType>();
    for (const { event, seq } of page) {
      const recorded = parsePolicyTypeEvent(event);
      const isFirst = recorded.type === 'policy_type.created';
      if (isFirst !== (event.revision === 0))
        throw new MalformedEvent(event.type, 'only the first event creates the type');
      const policyType = policyTypeAfter(recorded);
      const orgId = event.metadata.org_id;
      if (streamOf(orgId, policyType.type) !== event.stream) {
        throw new MalformedEvent(event.type, 'the stream is of another organization or type');
      }
      const created = isFirst ? { seq } : (changed.get(event.stream)?.created ?? null);
      changed.set(event.stream, { orgId, policyType, created });
    }
    await writePolicyTypes(transaction, [...changed.values()]);
  }
}

function streamOf(orgId: string, type: string): string {
  return policyTypeStream(createHash('sha256').update(orgId).digest('hex'), type);
}
