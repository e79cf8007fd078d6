import { objectOf, text } from '../http/json-schema.js';
import type { JsonSchema } from '../http/route-contract.js';
import type { OperatedProjection } from '#libs/projections';

const time: JsonSchema = { type: 'string', format: 'date-time' };
const orNull = (type: string): JsonSchema => ({ type: [type, 'null'] });

const parkedStreamSchema = objectOf({
  stream: text,
  parked_at: time,
  events: { type: 'integer', description: 'How many of its events wait.' },
  error: orNull('string'),
});

const rebuildSchema = objectOf({
  state: { enum: ['building', 'failed'] },
  version: { type: 'integer' },
  started_at: time,
  events: { type: 'integer', description: 'Projected so far.' },
  progress: { type: 'number', description: 'From 0 to 1.' },
  events_per_second: { type: 'number' },
  seconds_left: orNull('number'),
  error: { ...orNull('string'), description: 'Why a rebuild was given up; the tables that serve are untouched.' },
});

export const projectionsSchema = objectOf({
  data: {
    type: 'array',
    items: objectOf({
      name: text,
      version: { type: 'integer' },
      generation: { type: 'integer', description: 'Of the tables that serve: each rebuild makes another.' },
      state: { enum: ['running', 'unowned'], description: '`unowned`: no process says that it runs it.' },
      position: { type: 'string', description: 'Up to where it has projected the log.' },
      lag_seconds: orNull('number'),
      events_per_second: orNull('number'),
      parked_streams: { type: 'array', items: parkedStreamSchema },
      rebuild: { anyOf: [rebuildSchema, { type: 'null' }] },
    }),
  },
});

/** A projection as operators see it. */
export function presentProjection({ parked, rebuild, ...projection }: OperatedProjection): object {
  return {
    name: projection.name,
    version: projection.version,
    generation: projection.generation,
    state: projection.state,
    position: projection.position,
    lag_seconds: projection.lagSeconds,
    events_per_second: projection.eventsPerSecond,
    parked_streams: parked.map(({ stream, parkedAt, events, error }) => ({
      ...{ stream, parked_at: parkedAt.toISOString(), events, error },
    })),
    rebuild:
      rebuild === null
        ? null
        : {
            ...{ state: rebuild.state, version: rebuild.version, started_at: rebuild.startedAt.toISOString() },
            ...{ events: rebuild.events, progress: rebuild.progress, events_per_second: rebuild.eventsPerSecond },
            ...{ seconds_left: rebuild.secondsLeft, error: rebuild.error },
          },
  };
}
