import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { lineageOf, presentKey } from '#libs/domain';
import { getApiKeyHistory, wasKey, type KeyHistoryEntry } from '#libs/read-models';
import { listPage, listSchema, type ListPage } from '../../http/list-page.js';
import { organizationCaller } from '../../http/organization-caller.js';
import { queryParameter } from '../../http/query-parameters.js';
import { parseQuery } from '../../http/query-specification.js';
import { RequestRefused } from '../../http/request-refused.js';
import { READ_KEY_HISTORY } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { apiKeyHistoryEntrySchema } from './api-key-history.schema.js';

const query = {
  limit: queryParameter.integer({ min: 1, max: 200, absent: 50, description: 'Most events in the answer' }),
  cursor: queryParameter.cursor(),
};

@Controller()
export class GetApiKeyHistoryController {
  constructor(@Inject(ReadSide) private readonly reads: ReadSide) {}

  @Get('/v1/api-keys/:id/history')
  @Contract({
    operationId: 'getApiKeyHistory',
    summary: 'Everything that happened to a key and its rotations, oldest first; of deleted keys too',
    tag: 'API keys',
    access: READ_KEY_HISTORY,
    readModel: 'api-key-history',
    query,
    answers: [{ status: 200, description: 'A page of events.', schema: listSchema(apiKeyHistoryEntrySchema) }],
    refuses: ['api_key_not_found', 'invalid_cursor'],
  })
  async history(@Req() request: FastifyRequest, @Param('id') id: string): Promise<ListPage<object>> {
    const { limit, cursor } = parseQuery(query, request.query);
    const { orgId } = organizationCaller(request);
    const { database, cursors } = this.reads;
    const lineage = lineageOf(id);
    if (lineage === null) throw new RequestRefused('api_key_not_found');
    const scope = { list: 'api-key-history', orgId, filter: lineage };
    const place = cursors.open(scope, cursor);
    if (!(await wasKey(database, orgId, id))) throw new RequestRefused('api_key_not_found');
    const afterRevision = place === null ? -1 : Number(place);
    return listPage({
      rows: await getApiKeyHistory(database, orgId, lineage, { limit: limit + 1, afterRevision }),
      limit,
      present: presentEntry,
      cursorBehind: ({ revision }) => cursors.seal(scope, String(revision)),
    });
  }
}

function presentEntry(entry: KeyHistoryEntry): object {
  const at = Math.floor(Date.parse(entry.occurredAt) / 1_000);
  return {
    seq: entry.seq,
    revision: entry.revision,
    event_id: entry.eventId,
    event_type: entry.eventType,
    occurred_at: entry.occurredAt,
    actor: entry.actor,
    reason: entry.reason,
    changes: entry.changes,
    state: entry.states
      .filter(({ deleted }) => !deleted)
      .map((key) => {
        const { last_used_at: _, ...state } = presentKey(key, at, null);
        return state;
      }),
  };
}
