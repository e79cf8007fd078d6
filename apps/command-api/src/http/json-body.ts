import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { RequestRefused } from './request-refused.js';

/**
 * Bodies are JSON in UTF-8 and nothing else: no body is `{}`, another media type 415, anything unreadable 400, and so
 * is a member named `__proto__` or a `constructor.prototype`, which no field of this API is called.
 */
export function parseJsonBodies(server: FastifyInstance): void {
  const parseText = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, {});
    const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
    if (charset !== undefined && !/^utf-?8$/i.test(charset)) return done(new RequestRefused('unsupported_media_type'));
    if (!isUtf8(body)) return done(new RequestRefused('malformed_json'));
    void parseText(request, body.toString('utf8'), (error, value) => {
      if (error === null) return done(null, value);
      done(new RequestRefused('malformed_json'));
    });
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
