import { finished } from 'node:stream';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { organizationCaller } from '../http/organization-caller.js';
import { parseQuery } from '../http/query-specification.js';
import { Contract } from '../http/route-contract.js';
import { CredentialWatch } from './credential-watch.js';
import { LISTEN } from './live-event-kinds.js';
import { LiveEvents } from './live-events.js';

const query = {};
const HEADERS = {
  'content-type': 'text/event-stream',
  // A proxy that gathers what it passes on would hold events back.
  'x-accel-buffering': 'no',
};

@Controller()
export class LiveEventsController {
  constructor(
    @Inject(LiveEvents) private readonly events: LiveEvents,
    @Inject(CredentialWatch) private readonly credentials: CredentialWatch,
  ) {}

  @Get('/v1/events')
  @Contract({
    operationId: 'listenToEvents',
    summary: 'What changes, as it changes: server-sent events, resumed without a gap from `Last-Event-ID`',
    tag: 'Live events',
    access: LISTEN,
    readModel: 'audit-log',
    query,
    resumable: true,
    answers: [
      {
        ...{ status: 200, schema: { type: 'string' }, contentType: 'text/event-stream' },
        description:
          '`job.updated`, `api_key.updated` and `webhook.updated`, of the kinds that the caller could `GET`: `data` is JSON ' +
          'with `id` of the object, `event_type`, `seq` and `occurred_at`, and with `status` and `progress` where they changed.',
      },
    ],
    refuses: ['event_store_unavailable'],
  })
  async listen(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    parseQuery(query, request.query);
    const caller = organizationCaller(request);
    const { 'last-event-id': sent } = request.headers;
    const stream = await this.events.listen({
      orgId: caller.orgId,
      kinds: this.credentials.kindsFor(caller),
      // A reader that was given no place yet may say so.
      lastEventId: sent === undefined || sent === '' ? null : [sent].flat().join(),
      isStillGood: this.credentials.of(caller, request.headers),
      cut: () => void (reply.raw.writableFinished || reply.raw.destroy()),
    });
    finished(reply.raw, () => stream.end('client'));
    void reply.headers(HEADERS);
    if (request.method !== 'HEAD') return void (await reply.send(stream.body));
    stream.end('client');
    await reply.send('');
  }
}
