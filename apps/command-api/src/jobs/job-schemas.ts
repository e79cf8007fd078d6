import {
  DomainRejection,
  type JsonObject,
  type JsonValue,
  type PolicyTypeState,
  type RejectionCode,
} from '#libs/domain';
import type { JsonSchemas } from '#libs/json-schemas';
import type { PolicyTypes } from '../policy-types/policy-types.js';

/** Holds inputs and results of jobs against the schemas of their policy types. */
export class JobSchemas {
  constructor(
    private readonly policyTypes: Pick<PolicyTypes, 'find'>,
    private readonly schemas: Pick<JsonSchemas, 'validate'>,
  ) {}

  /** @throws DomainRejection `unknown_policy_type` @throws EventStoreUnavailable */
  async policyType(orgId: string, policyType: string): Promise<PolicyTypeState> {
    const found = await this.policyTypes.find(orgId, policyType);
    if (found !== null) return found;
    throw new DomainRejection('unknown_policy_type', 'There is no such policy type.', {
      fields: [{ field: 'policy_type', message: 'is not a policy type of this organization' }],
    });
  }

  /** @throws DomainRejection `invalid_input` @throws SchemaCheckUnavailable */
  assertInput(orgId: string, { inputSchema }: PolicyTypeState, input: JsonObject): Promise<void> {
    return this.#assert(orgId, inputSchema, input, '/input', 'invalid_input');
  }

  /** @throws DomainRejection `invalid_result` @throws EventStoreUnavailable, SchemaCheckUnavailable */
  async assertResult(job: { readonly orgId: string; readonly policyType: string }, result: JsonValue): Promise<void> {
    const found = await this.policyTypes.find(job.orgId, job.policyType);
    await this.#assert(job.orgId, found?.resultSchema ?? null, result, '/result', 'invalid_result');
  }

  async #assert(
    orgId: string,
    schema: JsonObject | boolean | null,
    value: JsonValue,
    pointer: string,
    code: RejectionCode,
  ): Promise<void> {
    const problems = await this.schemas.validate(orgId, schema, value, pointer);
    if (problems === null) return;
    throw new DomainRejection(code, "The value does not fit its policy type's schema.", { fields: problems });
  }
}
