import type { Actor } from '#libs/domain';
import type { OrganizationCaller } from '#libs/auth';
import type { CommandMetadata } from '#libs/commands';

/** What a use case knows of the request that it answers. */
export interface WriteContext {
  readonly caller: OrganizationCaller;
  readonly requestId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The `Idempotency-Key`, null where none was sent. */
  readonly idempotencyKey: string | null;
  readonly method: string;
  /** The concrete path, ids included, without a query. */
  readonly path: string;
  /** The body as it was sent, a JSON value; `{}` for none. */
  readonly body: unknown;
}

/** The caller as events name it. */
export function actorOf(caller: OrganizationCaller): Actor {
  return { type: caller.type, id: caller.id, name: caller.name };
}

/** What the events of a request's command say of it; `reason` as the caller gave it. */
export function commandMetadata(context: WriteContext, reason: string | null): CommandMetadata {
  return {
    org_id: context.caller.orgId,
    actor: actorOf(context.caller),
    request_id: context.requestId,
    correlation_id: context.requestId,
    reason,
    ip: context.ip,
    user_agent: context.userAgent,
  };
}
