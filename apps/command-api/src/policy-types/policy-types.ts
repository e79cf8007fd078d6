import { policyTypeAfter, type PolicyTypeState } from '#libs/domain';
import type { EventStore } from '#libs/event-store';
import { SizedCache } from '#libs/json-schemas';
import { policyTypeStreams, streamOfPolicyType } from './policy-type-streams.js';

interface Read {
  readonly policyType: PolicyTypeState;
  readonly revision: number;
}

/** A type is up to 128 KiB of schemas, which in memory are some times that. */
const BOUNDS = { mostEntries: 1_000, mostSize: 8_388_608 };

/**
 * The policy types as the log has them, so that a type is known on every node as soon as its `PUT` was answered. The last
 * event of a stream says all of its type: what was read before costs one look at whether there is a later one.
 */
export class PolicyTypes {
  readonly #read = new SizedCache<Read>(BOUNDS);

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
    this.#read.set(stream, { policyType, revision: last.revision }, JSON.stringify(policyType).length);
    return policyType;
  }

  async #isLast(stream: string, revision: number): Promise<boolean> {
    return (await this.store.readStream(stream, { from: revision + 1, limit: 1 })).length === 0;
  }
}
