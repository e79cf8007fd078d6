import type { LoggerService } from '@nestjs/common';
import type { Logger } from '#libs/observability';

/** Nest's own words through the product's logger; its start-up chatter only at debug. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...context: unknown[]): void {
    this.logger.debug({ nest: { message, context } }, 'nest');
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.logger.warn({ nest: { message, context } }, 'nest warns');
  }

  error(message: unknown, ...context: unknown[]): void {
    this.logger.error({ nest: { message, context } }, 'nest reports an error');
  }
}
