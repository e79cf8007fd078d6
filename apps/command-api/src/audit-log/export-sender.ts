import { finished, Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { JsonObject } from '#libs/domain';
import type { Logger } from '#libs/observability';
import type { ReadPage } from '#libs/read-models';
import { organizationCaller } from '../http/organization-caller.js';
import type { DownloadLimit } from './download-limit.js';
import type { DownloadKind, ExportAudit } from './export-audit.js';
import { watchReaderPace, type ReaderPaceOptions } from './reader-pace.js';
import { retryOutages } from './retry-outages.js';

const CONTENT_TYPES = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson' } as const;
/** Small, so that what a slow reader takes of a page shows before it has taken all of it. */
const PIECE_BYTES = 32_768;

export interface Export<Row> {
  readonly format: keyof typeof CONTENT_TYPES;
  readonly via: DownloadKind;
  /** What the file is called, without its ending. */
  readonly name: string;
  /** Ahead of the first line. */
  readonly head: string;
  /** Each page is read by what is given. */
  readonly pages: (readPage: ReadPage) => AsyncGenerator<readonly Row[], void, undefined>;
  /** With its line's end. */
  readonly line: (row: Row) => string;
  /** The query as the export's own entry names it. */
  readonly filters: JsonObject;
}

export interface ExportSenderOptions {
  readonly audit: Pick<ExportAudit, 'begun' | 'exported'>;
  readonly limit: DownloadLimit;
  readonly logger: Logger;
  /** A reader that is slower is cut off, for it holds a place that others want. */
  readonly pace: ReaderPaceOptions;
}

/** Sends the exports, few at once, and makes each an entry of the audit log once it has ended, for whatever reason. */
export class ExportSender {
  constructor(private readonly options: ExportSenderOptions) {}

  /**
   * Streams rows as a file, a page at a time as the reader takes them.
   * @throws RequestRefused 429 where too many are under way
   * @throws DatabaseUnavailable before anything was sent; a database that stays away later cuts the answer off
   */
  async send<Row>(request: FastifyRequest, reply: FastifyReply, { pages: read, ...file }: Export<Row>): Promise<void> {
    const { audit, limit, logger, pace } = this.options;
    const { format, via, name, head, line, filters } = file;
    const headers = {
      'content-type': CONTENT_TYPES[format],
      'content-disposition': `attachment; filename="${name}.${format}"`,
    };
    if (request.method === 'HEAD') {
      await reply.headers(headers).send('');
      return;
    }
    const caller = organizationCaller(request);
    const { requestId, clientIp: ip, userAgent } = request.context;
    const giveBack = limit.take(caller.orgId);
    const ended = new AbortController();
    let begun = false;
    const pages = read((query) => (begun ? retryOutages(query, { logger, requestId, signal: ended.signal }) : query()));
    // Before the head goes out, so that a database that does not answer is a 503 and not a broken stream.
    const first = await pages.next().catch((error: unknown) => {
      giveBack();
      throw error;
    });
    begun = true;
    let rowCount = 0;
    const pieces = async function* (): AsyncGenerator<Buffer> {
      if (head !== '') yield Buffer.from(head);
      for (let page = first; page.done !== true; page = await pages.next()) {
        rowCount += page.value.length;
        yield* piecesOf(page.value.map(line).join(''));
      }
    };
    audit.begun();
    const unwatch = watchReaderPace(request.raw.socket, pace, (takenBytes) => {
      logger.warn(
        { request_id: requestId, org_id: caller.orgId, takenBytes },
        'a download was ended: its reader is too slow',
      );
      reply.raw.destroy();
    });
    finished(reply.raw, (error) => {
      const completed = error === undefined || error === null;
      audit.exported({ caller, format, via, rowCount, completed, filters, requestId, ip, userAgent });
      ended.abort();
      unwatch();
      // Not before the query that may still run has ended: whoever comes and goes quickly would have many of them.
      void pages.return().finally(giveBack);
    });
    await reply.headers(headers).send(Readable.from(pieces(), { objectMode: true, highWaterMark: 1 }));
  }
}

function* piecesOf(text: string): Generator<Buffer> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) yield bytes.subarray(from, from + PIECE_BYTES);
}
