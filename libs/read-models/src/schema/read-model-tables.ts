import type { ColumnType } from 'kysely';
import type { Actor, JobFacts, KeyState, PolicyTypeState, TargetType, WebhookFacts } from '#libs/domain';

/** A bigint column: `pg` hands it out as text, and every value of ours is a safe integer. */
type BigInteger = ColumnType<string, never, never>;
/** Written by projections alone, with SQL of their own; Kysely only reads. */
type ReadOnly<T> = ColumnType<T, never, never>;

export interface ApiKeysTable {
  readonly org_id: ReadOnly<string>;
  readonly id: ReadOnly<string>;
  readonly lineage: ReadOnly<string>;
  readonly created_seq: BigInteger;
  readonly search: ReadOnly<string>;
  readonly key_type: ReadOnly<string>;
  readonly environment: ReadOnly<string>;
  readonly deleted: ReadOnly<boolean>;
  readonly revoked: ReadOnly<boolean>;
  readonly suspended: ReadOnly<boolean>;
  readonly rotated: ReadOnly<boolean>;
  readonly expires_at: ReadOnly<string | null>;
  readonly grace_expires_at: ReadOnly<string | null>;
  readonly state: ReadOnly<KeyState>;
}

export interface ApiKeyStepsTable {
  readonly org_id: ReadOnly<string>;
  readonly lineage: ReadOnly<string>;
  readonly revision: ReadOnly<number>;
  readonly seq: BigInteger;
  /** See `toHistoryEntry`. */
  readonly entry: ReadOnly<string>;
  readonly states: ReadOnly<string>;
}

export interface ApiKeyStatesTable {
  readonly org_id: ReadOnly<string>;
  readonly id: ReadOnly<string>;
  readonly lineage: ReadOnly<string>;
  readonly revision: ReadOnly<number>;
  readonly created_seq: BigInteger;
  readonly began_at: BigInteger;
  readonly ended_at: BigInteger;
  readonly search: ReadOnly<string>;
  readonly key_type: ReadOnly<string>;
  readonly environment: ReadOnly<string>;
  readonly deleted: ReadOnly<boolean>;
  readonly revoked: ReadOnly<boolean>;
  readonly suspended: ReadOnly<boolean>;
  readonly rotated: ReadOnly<boolean>;
  readonly expires_at: ReadOnly<string | null>;
  readonly grace_expires_at: ReadOnly<string | null>;
}

export interface ApiKeyUsageTable {
  readonly org_id: ReadOnly<string>;
  readonly key_id: ReadOnly<string>;
  readonly last_used_at: BigInteger;
}

export interface AuditEntriesTable {
  readonly org_id: ReadOnly<string>;
  readonly seq: BigInteger;
  readonly occurred_at: BigInteger;
  readonly event_type: ReadOnly<string>;
  readonly actor_id: ReadOnly<string>;
  /** Null of what is no entry. */
  readonly target_type: ReadOnly<TargetType | null>;
  readonly target_id: ReadOnly<string | null>;
  readonly target_lineage: ReadOnly<string | null>;
  readonly search: ReadOnly<string>;
  /** See `toRecordedEvent`. */
  readonly event: ReadOnly<string>;
  readonly is_entry: ReadOnly<boolean>;
}

export interface AuditActorsTable {
  readonly org_id: ReadOnly<string>;
  readonly type: ReadOnly<Actor['type']>;
  readonly id: ReadOnly<string>;
  readonly name: ReadOnly<string | null>;
  readonly last_seq: BigInteger;
}

export interface JobsTable {
  readonly org_id: ReadOnly<string>;
  readonly id: ReadOnly<string>;
  readonly created_seq: BigInteger;
  readonly created_at: BigInteger;
  readonly phase: ReadOnly<JobFacts['phase']>;
  readonly available_at: BigInteger;
  readonly priority: ReadOnly<number>;
  readonly policy_type: ReadOnly<string>;
  readonly source: ReadOnly<JobFacts['source']>;
  readonly key_id: ReadOnly<string | null>;
  readonly attempts: ReadOnly<number>;
  readonly lease_seconds: ReadOnly<number | null>;
  /** Without its input. */
  readonly state: ReadOnly<JobFacts>;
  readonly state_bytes: ReadOnly<number>;
}

export interface PolicyTypesTable {
  readonly org_id: ReadOnly<string>;
  readonly policy_type: ReadOnly<string>;
  readonly created_seq: BigInteger;
  readonly state: ReadOnly<PolicyTypeState>;
}

export interface WebhooksTable {
  readonly org_id: ReadOnly<string>;
  readonly id: ReadOnly<string>;
  readonly created_seq: BigInteger;
  readonly status: ReadOnly<WebhookFacts['status']>;
  readonly deleted: ReadOnly<boolean>;
  readonly state: ReadOnly<WebhookFacts>;
}

export interface JobStepsTable {
  readonly org_id: ReadOnly<string>;
  readonly id: ReadOnly<string>;
  readonly revision: ReadOnly<number>;
  readonly seq: BigInteger;
}

/** Schema `read_models` as the api role sees it. */
export interface ReadModelTables {
  readonly 'read_models.api_keys': ApiKeysTable;
  readonly 'read_models.api_key_steps': ApiKeyStepsTable;
  readonly 'read_models.api_key_states': ApiKeyStatesTable;
  readonly 'read_models.api_key_usage': ApiKeyUsageTable;
  readonly 'read_models.audit_entries': AuditEntriesTable;
  readonly 'read_models.jobs': JobsTable;
  readonly 'read_models.job_steps': JobStepsTable;
  readonly 'read_models.audit_actors': AuditActorsTable;
  readonly 'read_models.policy_types': PolicyTypesTable;
  readonly 'read_models.webhooks': WebhooksTable;
}
