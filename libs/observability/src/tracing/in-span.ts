import { SpanStatusCode, trace, type Span, type SpanOptions, type Tracer } from '@opentelemetry/api';
import { codeOf, isError } from '#libs/errors';

export type SpanDescription = Pick<SpanOptions, 'kind' | 'attributes' | 'root'> & {
  /** Whether what was thrown is an answer rather than a failure; then the span names it and is no error. */
  readonly isAnswer?: (thrown: unknown) => boolean;
};

/**
 * Its spans are nothing but while `startTracing` has a collector to send to. Asked for anew each time: one that is kept
 * stays with the first start of a process, which is not the only one in tests.
 */
export function tracer(): Tracer {
  return trace.getTracer('keyledger');
}

/**
 * Does the work inside a span, which is then the parent of those that it opens. A span ends as an error by the code or
 * the class of what was thrown; never by its message, which may quote what must not leave the process.
 */
export function inSpan<T>(
  name: string,
  { isAnswer = () => false, ...options }: SpanDescription,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return tracer().startActiveSpan(name, options, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setAttribute('error.type', errorType(error));
      if (!isAnswer(error)) span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

function errorType(thrown: unknown): string {
  return codeOf(thrown) || (isError(thrown) ? thrown.name : '_OTHER');
}
