import { BoundedLru } from '#libs/bounded-lru';
import { policyTypeAfter, type PolicyTypeState } from '#libs/domain';
import type { EventStore } from '#libs/event-store';
import { policyTypeStreams, streamOfPolicyType } from './policy-type-streams.js';

interface Read {
  readonly policyType: PolicyTypeState;
  readonly revision: number;
}

/** Characters of JSON. A type is up to 128 KiB of schemas, which in memory are some times that. */
const MOST_REMEMBERED = 8_388_608;
/** What even the smallest counts. */
const LEAST_LENGTH = 8_192;

/**
 * The policy types as the log has them, so that a type is known on every node as soon as its `PUT` was answered. The last
 * event of a stream says all of its type: what was read before costs one look at whether there is a later one.
 */
export class PolicyTypes {
  readonly #read = new BoundedLru<string, Read>(MOST_REMEMBERED);

  constructor(private readonly store: Pick<EventStore, 'readStream'>) {}

  /** Null for a type that this organization does not have. @throws EventStoreUnavailable */
  async find(orgId: string, type: string): Promise<PolicyTypeState | null> {
    const stream = streamOfPolicyType(orgId, type);
    if (stream === null) return null;
    const known = this.#read.get(stream);
    if (known !== undefined && (await this.#isLast(stream, known.revision))) return known.policyType;
    const [last] = await this.store.readStream(stream, { direction: 'backwards', limit: 1 });
    if (last === undefined || last.metadata.org_id !== orgId) return null;
    const policyType = policyTypeAfter(policyTypeStreams.parse(last));
    const length = Math.max(JSON.stringify(policyType).length, LEAST_LENGTH);
    this.#read.set(stream, { policyType, revision: last.revision }, length);
    return policyType;
  }

  async #isLast(stream: string, revision: number): Promise<boolean> {
    return (await this.store.readStream(stream, { from: revision + 1, limit: 1 })).length === 0;
  }
}
