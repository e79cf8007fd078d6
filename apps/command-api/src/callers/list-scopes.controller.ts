import { Controller, Get, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ScopeListing } from '#libs/domain';
import { listOf, objectOf, text } from '../http/json-schema.js';
import { parseQuery } from '../http/query-specification.js';
import { ANY_CALLER_OF_AN_ORGANIZATION } from '../http/route-access.js';
import { Contract } from '../http/route-contract.js';

/** Under which the listing of the operator's catalogue is provided. */
export const SCOPE_LISTING = Symbol('scope listing');

const scopesSchema = objectOf({
  data: listOf(
    objectOf({
      scope: text,
      resource: text,
      action: text,
      kind: { enum: ['admin', 'resource'] },
      description: text,
    }),
  ),
  presets: listOf(objectOf({ name: text, label: text, scopes: listOf(text) })),
});

@Controller()
export class ListScopesController {
  constructor(@Inject(SCOPE_LISTING) private readonly listing: ScopeListing) {}

  @Get('/v1/scopes')
  @Contract({
    operationId: 'listScopes',
    summary: 'Every scope that a key may hold, and the presets',
    tag: 'Callers',
    access: ANY_CALLER_OF_AN_ORGANIZATION,
    answers: [{ status: 200, description: 'Scopes and presets.', schema: scopesSchema }],
  })
  list(@Req() request: FastifyRequest): ScopeListing {
    parseQuery({}, request.query);
    return this.listing;
  }
}
