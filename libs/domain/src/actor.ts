/** Who did something: a person (JWT), a key, the operator's services, a worker, or the system itself. */
export type ActorType = 'user' | 'api_key' | 'platform' | 'worker' | 'system';

/** `name` is what a reader of the audit log sees beside the id: a key's name at that moment, null where none is known. */
export interface Actor {
  readonly type: ActorType;
  readonly id: string;
  readonly name: string | null;
}
