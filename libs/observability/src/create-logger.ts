import { pino, type DestinationStream } from 'pino';
import { isError } from '#libs/errors';
import type { Logger } from './logger.js';
import { requestLine } from './request-line.js';
import { scrubSecrets } from './scrub-secrets.js';

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/** The one logger of a process: JSON lines, requests by named fields only, every line scrubbed of secrets. */
export function createLogger({ level, destination = pino.destination(1) }: LoggerOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: errorFields, request: requestLine },
    hooks: { streamWrite: scrubSecrets },
  };
  return pino(options, destination);
}

interface ErrorFields {
  readonly name: string;
  readonly code?: unknown;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ErrorFields;
}

/** The fields of an error that are named here: libraries hang whole requests, parameters and connections onto theirs. */
function errorFields(error: unknown, depth = 0): ErrorFields {
  if (!isError(error)) return { name: 'not an error', message: String(error) };
  return {
    name: error.name,
    ...('code' in error ? { code: error.code } : {}),
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause === undefined || depth >= 3 ? {} : { cause: errorFields(error.cause, depth + 1) }),
  };
}
