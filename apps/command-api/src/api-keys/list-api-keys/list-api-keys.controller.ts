import { Controller, Get, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { presentKey, toSeconds, type PresentedKey } from '#libs/domain';
import { listApiKeys, listApiKeysAsOf, type ApiKeyFilter, type ApiKeyPage } from '#libs/read-models';
import { listPage, listSchema, type ListPage } from '../../http/list-page.js';
import { organizationCaller } from '../../http/organization-caller.js';
import { pageQuery } from '../../http/page-query.js';
import { queryParameter } from '../../http/query-parameters.js';
import { parseQuery } from '../../http/query-specification.js';
import { READ_KEYS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { apiKeySchema } from '../api-key.schema.js';
import { asOfQuery, Past, readModelAsOf } from '../as-of.js';

const STATUSES = ['active', 'rotating', 'suspended', 'expired', 'revoked'] as const;

const query = {
  status: queryParameter.commaList(['all', ...STATUSES], 'Only keys of these statuses; default `all`'),
  type: queryParameter.oneOf(['service', 'user'], { absent: null, description: 'Only keys of this type' }),
  environment: queryParameter.oneOf(['live', 'test'], { absent: null, description: 'Only keys of this environment' }),
  q: queryParameter.text(200, "Part of name or description in any case, or the beginning of a key's id"),
  ...asOfQuery,
  ...pageQuery('keys'),
};

interface ListedKey {
  readonly shown: PresentedKey;
  readonly createdSeq: number;
}

@Controller()
export class ListApiKeysController {
  constructor(
    @Inject(ReadSide) private readonly reads: ReadSide,
    @Inject(Past) private readonly past: Past,
  ) {}

  @Get('/v1/api-keys')
  @Contract({
    operationId: 'listApiKeys',
    summary: 'The keys of the organization, newest first, revoked and expired ones included',
    tag: 'API keys',
    access: READ_KEYS,
    readModel: readModelAsOf,
    query,
    answers: [{ status: 200, description: 'A page of keys.', schema: listSchema(apiKeySchema) }],
    refuses: ['invalid_cursor'],
  })
  async list(@Req() request: FastifyRequest): Promise<ListPage<PresentedKey>> {
    const { limit, cursor, status, as_of: asOf, ...rest } = parseQuery(query, request.query);
    await this.past.settled(asOf);
    const statuses = status?.filter((word) => word !== 'all') ?? [];
    const filter = { ...rest, statuses: status?.includes('all') === false ? statuses : null };
    const { orgId } = organizationCaller(request);
    // Left out where it was not sent, so that cursors from before there was one go on.
    const scope = { list: 'api-keys', orgId, filter: { status, ...rest, ...(asOf === null ? {} : { asOf }) } };
    const place = this.reads.cursors.open(scope, cursor);
    const page = { limit: limit + 1, beforeSeq: place === null ? null : Number(place) };
    return listPage({
      rows: asOf === null ? await this.#present(orgId, filter, page) : await this.#asOf(orgId, filter, page, asOf),
      limit,
      present: ({ shown }) => shown,
      cursorBehind: ({ createdSeq }) => this.reads.cursors.seal(scope, String(createdSeq)),
    });
  }

  async #present(orgId: string, filter: ApiKeyFilter, page: ApiKeyPage): Promise<readonly ListedKey[]> {
    const now = this.reads.nowSeconds();
    const found = await listApiKeys(this.reads.database, orgId, filter, page, now);
    return found.map((key) => ({ shown: this.reads.present(key, now), createdSeq: key.createdSeq }));
  }

  async #asOf(orgId: string, filter: ApiKeyFilter, page: ApiKeyPage, asOfMs: number): Promise<readonly ListedKey[]> {
    const found = await listApiKeysAsOf(this.reads.database, orgId, filter, page, asOfMs);
    return found.map(({ key, createdSeq }) => ({ shown: presentKey(key, toSeconds(asOfMs), null), createdSeq }));
  }
}
