import type { ShownProjection } from './operator-api.js';
import { projectionsReport } from './projections-report.js';

const QUIET: ShownProjection = {
  ...{ name: 'api-keys', version: 1, generation: 1, state: 'running', position: '42' },
  ...{ lag_seconds: 0.04, events_per_second: 12.4, parked_streams: [], rebuild: null },
};
const REBUILD = { version: 2, started_at: '2026-01-01T00:00:00.000Z', events: 4_000, error: null };

it('shows a projection in a line, with what is parked and how its rebuild goes below', () => {
  const parked = { stream: 'apiKey-a', parked_at: '2026-01-01T00:00:00.000Z', events: 3, error: 'no such field' };
  const building = {
    ...REBUILD,
    state: 'building',
    progress: 0.25,
    events_per_second: 99.6,
    seconds_left: 130,
  } as const;
  expect(projectionsReport([QUIET, { ...QUIET, name: 'x', parked_streams: [parked], rebuild: building }])).toBe(
    [
      'api-keys  version 1  running  at 42  lag 0.0 s, 12 events/s',
      'x  version 1  running  at 42  lag 0.0 s, 12 events/s',
      '  parked: apiKey-a, 3 events since 2026-01-01T00:00:00.000Z: no such field',
      '  rebuild 25.0 %, 4000 events, 100 events/s, 2 min 10 s left',
    ].join('\n'),
  );
});

it('says what is not known, and why a rebuild was given up', () => {
  const failed = { ...REBUILD, state: 'failed', progress: 0.1, events_per_second: 0, seconds_left: null } as const;
  const unowned = { ...QUIET, state: 'unowned', lag_seconds: null, events_per_second: null };
  expect(projectionsReport([{ ...unowned, rebuild: { ...failed, error: 'no such field' } }])).toBe(
    'api-keys  version 1  unowned  at 42  lag unknown\n  rebuild given up after 4000 events: no such field',
  );
});
