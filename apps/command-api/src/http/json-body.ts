import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { RequestRefused } from './request-refused.js';

/** Some clients write one; RFC 8259 lets a reader pass over it. */
const BYTE_ORDER_MARK = /^\uFEFF/;

/**
 * Bodies are JSON in UTF-8 and nothing else: no body is `{}`, another media type 415, anything unreadable 400. A member
 * named `__proto__` is a member like any other here, and unknown like any other to `RequestBody`, which copies nothing
 * that it does not know.
 */
export function parseJsonBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, {});
    const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') return done(new RequestRefused('unsupported_media_type'));
    if (charset !== undefined && !/^utf-?8$/i.test(charset)) return done(new RequestRefused('unsupported_media_type'));
    if (!isUtf8(body)) return done(new RequestRefused('malformed_json'));
    let value: unknown;
    try {
      value = JSON.parse(body.toString('utf8').replace(BYTE_ORDER_MARK, ''));
    } catch {
      return done(new RequestRefused('malformed_json'));
    }
    done(null, value);
  });
  server.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw;
    const length = headers['content-length'];
    // A content type without a body says nothing: Fastify would otherwise refuse the type, or the missing body.
    if (headers['transfer-encoding'] === undefined && (length === undefined || length === '0')) {
      delete headers['content-type'];
    }
    done();
  });
}
