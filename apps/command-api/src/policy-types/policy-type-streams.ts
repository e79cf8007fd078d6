import type { StreamType } from '#libs/commands';
import {
  currentSchemaVersion,
  isPolicyTypeName,
  parsePolicyTypeEvent,
  policyTypeDecider,
  policyTypeStream,
  type PolicyTypeEvent,
  type PolicyTypeStreamState,
  type PutPolicyType,
} from '#libs/domain';
import { organizationDigest } from '../audit-log/audit-trail.js';

/** The streams `policyType-{h}.{type}`. */
export const policyTypeStreams: StreamType<PutPolicyType, PolicyTypeEvent, PolicyTypeStreamState> = {
  decider: policyTypeDecider,
  parse: parsePolicyTypeEvent,
  schemaVersion: currentSchemaVersion,
};

/** Null for what cannot be the name of a type. */
export function streamOfPolicyType(orgId: string, type: string): string | null {
  return isPolicyTypeName(type) ? policyTypeStream(organizationDigest(orgId), type) : null;
}
