import { OPERATOR } from '../http/route-access.js';
import type { RouteContract } from '../http/route-contract.js';
import { healthSchema, readinessSchema } from './health.schema.js';

const health: RouteContract = {
  operationId: 'getHealth',
  summary: 'Whether the process is alive',
  tag: 'Operations',
  access: null,
  query: {},
  answers: [{ status: 200, description: 'It is.', schema: healthSchema }],
};

const ready: RouteContract = {
  operationId: 'getReadiness',
  summary: 'Whether the process can answer; with the platform token, on what that rests',
  tag: 'Operations',
  access: null,
  query: {},
  answers: [
    { status: 200, description: 'It can.', schema: readinessSchema },
    { status: 503, description: 'It cannot.', schema: readinessSchema },
  ],
};

const metrics: RouteContract = {
  operationId: 'getMetrics',
  summary: 'Metrics in the text format of Prometheus',
  tag: 'Operations',
  access: OPERATOR,
  query: {},
  answers: [{ status: 200, description: 'The metrics.', schema: { type: 'string' }, contentType: 'text/plain' }],
};

/** `/healthz`, `/readyz` and `/metrics` on the API's port, where the last wants the platform token. */
export const operationsContracts = {
  health: { contract: health },
  ready: { contract: ready },
  metrics: { contract: metrics },
};
