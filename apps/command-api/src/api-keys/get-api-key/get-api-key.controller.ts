import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { lineageOf, presentKey, toSeconds, type PresentedKey } from '#libs/domain';
import { getApiKey, getApiKeyAsOf } from '#libs/read-models';
import { organizationCaller } from '../../http/organization-caller.js';
import { parseQuery } from '../../http/query-specification.js';
import { RequestRefused } from '../../http/request-refused.js';
import { READ_KEYS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { apiKeySchema } from '../api-key.schema.js';
import { asOfQuery, Past, readModelAsOf } from '../as-of.js';

@Controller()
export class GetApiKeyController {
  constructor(
    @Inject(ReadSide) private readonly reads: ReadSide,
    @Inject(Past) private readonly past: Past,
  ) {}

  @Get('/v1/api-keys/:id')
  @Contract({
    operationId: 'getApiKey',
    summary: 'One key, as it stands or as it stood at an instant',
    tag: 'API keys',
    access: READ_KEYS,
    readModel: readModelAsOf,
    query: asOfQuery,
    answers: [{ status: 200, description: 'The key.', schema: apiKeySchema }],
    refuses: ['api_key_not_found'],
  })
  async get(@Req() request: FastifyRequest, @Param('id') id: string): Promise<PresentedKey> {
    const { as_of: asOf } = parseQuery(asOfQuery, request.query);
    await this.past.settled(asOf);
    // What has not the form of an id never reaches the database, which takes no NUL, for one.
    if (lineageOf(id) === null) throw new RequestRefused('api_key_not_found');
    const { orgId } = organizationCaller(request);
    const key = asOf === null ? await this.#present(orgId, id) : await this.#asOf(orgId, id, asOf);
    if (key === null) throw new RequestRefused('api_key_not_found');
    return key;
  }

  async #present(orgId: string, id: string): Promise<PresentedKey | null> {
    const found = await getApiKey(this.reads.database, orgId, id);
    return found === null ? null : this.reads.present(found, this.reads.nowSeconds());
  }

  async #asOf(orgId: string, id: string, asOfMs: number): Promise<PresentedKey | null> {
    const found = await getApiKeyAsOf(this.reads.database, orgId, id, asOfMs);
    return found === null ? null : presentKey(found.key, toSeconds(asOfMs), null);
  }
}
