import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { OperatorProjections } from '#libs/projections';
import { parseQuery } from '../http/query-specification.js';
import { RequestRefused } from '../http/request-refused.js';
import { OPERATOR } from '../http/route-access.js';
import { Contract, type JsonSchema } from '../http/route-contract.js';
import { presentProjection, projectionsSchema } from './projection.schema.js';
import { RebuildRequest } from './rebuild.request.js';
import { UnparkRequest } from './unpark.request.js';

const acceptedSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['status'],
  properties: { status: { const: 'accepted' } },
};
const ACCEPTED = { status: 'accepted' } as const;
const accepted = (description: string) => ({ status: 202, description, schema: acceptedSchema });

/** What operators see of the projections, and what they may ask of them; the projectors carry it out. */
@Controller()
export class ProjectionsController {
  constructor(private readonly projections: OperatorProjections) {}

  @Get('/v1/operator/projections')
  @Contract({
    operationId: 'listProjections',
    summary: 'How far each read model is, what it has parked, and how its rebuild goes',
    tag: 'Operations',
    access: OPERATOR,
    answers: [{ status: 200, description: 'Every projection.', schema: projectionsSchema }],
  })
  async list(@Req() request: FastifyRequest): Promise<object> {
    parseQuery({}, request.query);
    return { data: (await this.projections.list()).map(presentProjection) };
  }

  @Post('/v1/operator/projections/:name/rebuild')
  @HttpCode(202)
  @Contract({
    operationId: 'rebuildProjection',
    summary: 'Build a read model anew beside the one that serves, then switch',
    tag: 'Operations',
    access: OPERATOR,
    refuses: ['not_found'],
    answers: [accepted('The rebuild begins within seconds, or is under way already.')],
  })
  async rebuild(
    @Req() request: FastifyRequest,
    @Param('name') name: string,
    @Body() _nothing: RebuildRequest,
  ): Promise<object> {
    parseQuery({}, request.query);
    if (!(await this.projections.rebuild(name))) throw unknownProjection(name);
    return ACCEPTED;
  }

  @Post('/v1/operator/projections/:name/unpark')
  @HttpCode(202)
  @Contract({
    operationId: 'unparkStream',
    summary: 'Project a parked stream again, in order',
    tag: 'Operations',
    access: OPERATOR,
    refuses: ['not_found'],
    answers: [accepted('It is tried within seconds; a stream that fails again stays parked and says why.')],
  })
  async unpark(
    @Req() request: FastifyRequest,
    @Param('name') name: string,
    @Body() { stream }: UnparkRequest,
  ): Promise<object> {
    parseQuery({}, request.query);
    if (await this.projections.unpark(name, stream)) return ACCEPTED;
    throw new RequestRefused('not_found', { message: 'That projection has no such stream parked.' });
  }
}

function unknownProjection(name: string): RequestRefused {
  const known = 'GET /v1/operator/projections lists those that there are.';
  return new RequestRefused('not_found', { message: `There is no projection ${name.slice(0, 50)}. ${known}` });
}
