import { Controller, Get } from '@nestjs/common';
import { Contract } from '../http/route-contract.js';
import { healthSchema } from './health.schema.js';

@Controller()
export class HealthController {
  @Get('/healthz')
  @Contract({
    operationId: 'getHealth',
    summary: 'Whether the process is alive',
    tag: 'Operations',
    access: null,
    answers: [{ status: 200, description: 'It is.', schema: healthSchema }],
  })
  health(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }
}
