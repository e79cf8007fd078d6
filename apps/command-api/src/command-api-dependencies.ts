import type { IncomingHttpHeaders } from 'node:http';
import type { DynamicModule, Type } from '@nestjs/common';
import type { ApiKeyCaller, Caller } from '#libs/auth';
import type { Position } from '#libs/event-store';
import type { Logger } from '#libs/observability';
import type { LogPositions } from './http/log-positions.js';

/** The part of the settings that the API itself looks at. */
export interface CommandApiSettings {
  readonly trustedProxies: readonly string[];
  readonly rateLimitRps: number;
  readonly authFailuresPerMinute: number;
  readonly positionWaitMs: number;
}

/** Everything that the API is built over: the standalone makes the real ones, tests what they need. */
export interface CommandApiDependencies {
  readonly settings: CommandApiSettings;
  readonly logger: Logger;
  readonly positions: LogPositions;
  readonly authenticate: (headers: IncomingHttpHeaders) => Caller | Promise<Caller>;
  readonly holdsScope: (caller: ApiKeyCaller, scope: string) => boolean;
  /** Whether the read model reached the position within the time. */
  readonly waitFor: (readModel: string, position: Position, timeoutMs: number) => Promise<boolean>;
  /** The use cases that change something. */
  readonly modules: readonly (Type | DynamicModule)[];
}
