import { Controller, Get, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { PresentedKey } from '#libs/domain';
import { listApiKeys } from '#libs/read-models';
import { listPage, listSchema, type ListPage } from '../../http/list-page.js';
import { organizationCaller } from '../../http/organization-caller.js';
import { pageQuery } from '../../http/page-query.js';
import { queryParameter } from '../../http/query-parameters.js';
import { parseQuery } from '../../http/query-specification.js';
import { READ_KEYS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { apiKeySchema } from '../api-key.schema.js';

const STATUSES = ['active', 'rotating', 'suspended', 'expired', 'revoked'] as const;

const query = {
  status: queryParameter.commaList(['all', ...STATUSES], 'Only keys of these statuses; default `all`'),
  type: queryParameter.oneOf(['service', 'user'], { absent: null, description: 'Only keys of this type' }),
  environment: queryParameter.oneOf(['live', 'test'], { absent: null, description: 'Only keys of this environment' }),
  q: queryParameter.text(200, "Part of name or description in any case, or the beginning of a key's id"),
  ...pageQuery('keys'),
};

@Controller()
export class ListApiKeysController {
  constructor(@Inject(ReadSide) private readonly reads: ReadSide) {}

  @Get('/v1/api-keys')
  @Contract({
    operationId: 'listApiKeys',
    summary: 'The keys of the organization, newest first, revoked and expired ones included',
    tag: 'API keys',
    access: READ_KEYS,
    readModel: 'api-keys',
    query,
    answers: [{ status: 200, description: 'A page of keys.', schema: listSchema(apiKeySchema) }],
    refuses: ['invalid_cursor'],
  })
  async list(@Req() request: FastifyRequest): Promise<ListPage<PresentedKey>> {
    const { limit, cursor, status, ...filter } = parseQuery(query, request.query);
    const statuses = status?.filter((word) => word !== 'all') ?? [];
    const { orgId } = organizationCaller(request);
    const scope = { list: 'api-keys', orgId, filter: { status, ...filter } };
    const place = this.reads.cursors.open(scope, cursor);
    const now = this.reads.nowSeconds();
    const rows = await listApiKeys(
      this.reads.database,
      orgId,
      { ...filter, statuses: status?.includes('all') === false ? statuses : null },
      { limit: limit + 1, beforeSeq: place === null ? null : Number(place) },
      now,
    );
    return listPage({
      rows,
      limit,
      present: (key) => this.reads.present(key, now),
      cursorBehind: ({ createdSeq }) => this.reads.cursors.seal(scope, String(createdSeq)),
    });
  }
}
