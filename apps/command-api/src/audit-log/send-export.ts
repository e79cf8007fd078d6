import { finished, Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { JsonObject } from '#libs/domain';
import { organizationCaller } from '../http/organization-caller.js';
import type { ExportAudit } from './export-audit.js';

const CONTENT_TYPES = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson' } as const;

export interface Export<Row> {
  readonly format: keyof typeof CONTENT_TYPES;
  /** What the file is called, without its ending. */
  readonly name: string;
  /** Ahead of the first line. */
  readonly head: string;
  readonly pages: () => AsyncGenerator<readonly Row[], void, undefined>;
  /** With its line's end. */
  readonly line: (row: Row) => string;
  /** The query as the export's own entry names it. */
  readonly filters: JsonObject;
}

/**
 * Streams rows as a file, a page at a time as the reader takes them, and makes the export an entry of the audit log once
 * it has ended, for whatever reason.
 * @throws DatabaseUnavailable before anything was sent; a database that goes away later cuts the answer off
 */
export async function sendExport<Row>(
  request: FastifyRequest,
  reply: FastifyReply,
  audit: Pick<ExportAudit, 'begun' | 'exported'>,
  { format, name, head, pages: read, line, filters }: Export<Row>,
): Promise<void> {
  void reply.header('content-type', CONTENT_TYPES[format]);
  void reply.header('content-disposition', `attachment; filename="${name}.${format}"`);
  if (request.method === 'HEAD') {
    await reply.send('');
    return;
  }
  const caller = organizationCaller(request);
  const { requestId, clientIp: ip, userAgent } = request.context;
  const pages = read();
  // Before the head goes out, so that a database that does not answer is a 503 and not a broken stream.
  const first = await pages.next();
  let rowCount = 0;
  const lines = async function* (): AsyncGenerator<string> {
    if (head !== '') yield head;
    for (let page = first; page.done !== true; page = await pages.next()) {
      rowCount += page.value.length;
      yield page.value.map(line).join('');
    }
  };
  audit.begun();
  finished(reply.raw, (error) => {
    const completed = error === undefined || error === null;
    audit.exported({ caller, format, rowCount, completed, filters, requestId, ip, userAgent });
  });
  await reply.send(Readable.from(lines(), { objectMode: true, highWaterMark: 1 }));
}
