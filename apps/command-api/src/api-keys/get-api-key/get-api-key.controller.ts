import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { lineageOf, type PresentedKey } from '#libs/domain';
import { getApiKey } from '#libs/read-models';
import { organizationCaller } from '../../http/organization-caller.js';
import { parseQuery } from '../../http/query-specification.js';
import { RequestRefused } from '../../http/request-refused.js';
import { READ_KEYS } from '../../http/route-access.js';
import { Contract } from '../../http/route-contract.js';
import { ReadSide } from '../../reads/read-side.js';
import { apiKeySchema } from '../api-key.schema.js';

@Controller()
export class GetApiKeyController {
  constructor(@Inject(ReadSide) private readonly reads: ReadSide) {}

  @Get('/v1/api-keys/:id')
  @Contract({
    operationId: 'getApiKey',
    summary: 'One key',
    tag: 'API keys',
    access: READ_KEYS,
    readModel: 'api-keys',
    answers: [{ status: 200, description: 'The key.', schema: apiKeySchema }],
    refuses: ['api_key_not_found'],
  })
  async get(@Req() request: FastifyRequest, @Param('id') id: string): Promise<PresentedKey> {
    parseQuery({}, request.query);
    // What has not the form of an id never reaches the database, which takes no NUL, for one.
    if (lineageOf(id) === null) throw new RequestRefused('api_key_not_found');
    const found = await getApiKey(this.reads.database, organizationCaller(request).orgId, id);
    if (found === null) throw new RequestRefused('api_key_not_found');
    return this.reads.present(found, this.reads.nowSeconds());
  }
}
