import type { Logger } from '#libs/observability';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

/** For tests: a logger that keeps its lines. */
export class RecordingLogger implements Logger {
  readonly lines: LogLine[] = [];

  debug = this.#at('debug');
  info = this.#at('info');
  warn = this.#at('warn');
  error = this.#at('error');

  #at(level: LogLine['level']) {
    return (fields: object, message: string): void => {
      this.lines.push({ level, message, fields });
    };
  }
}
