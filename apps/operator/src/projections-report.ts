import type { ShownProjection, ShownRebuild } from './operator-api.js';

/** The projections as people read them. */
export function projectionsReport(projections: readonly ShownProjection[]): string {
  return projections.map((projection) => lines(projection).join('\n')).join('\n');
}

function lines({
  name,
  version,
  state,
  position,
  lag_seconds,
  events_per_second,
  parked_streams,
  rebuild,
}: ShownProjection) {
  const lag = lag_seconds === null ? 'lag unknown' : `lag ${lag_seconds.toFixed(1)} s`;
  const rate = events_per_second === null ? '' : `, ${Math.round(events_per_second)} events/s`;
  return [
    `${name}  version ${version}  ${state}  at ${position}  ${lag}${rate}`,
    ...parked_streams.map(
      ({ stream, events, parked_at, error }) =>
        `  parked: ${stream}, ${events} events since ${parked_at}: ${error ?? ''}`,
    ),
    ...(rebuild === null ? [] : [`  ${rebuildLine(rebuild)}`]),
  ];
}

/** How a rebuild goes, in one line. */
export function rebuildLine({ state, progress, events, events_per_second, seconds_left, error }: ShownRebuild): string {
  if (state === 'failed') return `rebuild given up after ${events} events: ${error ?? ''}`;
  const left = seconds_left === null ? '' : `, ${duration(seconds_left)} left`;
  return `rebuild ${(progress * 100).toFixed(1)} %, ${events} events, ${Math.round(events_per_second)} events/s${left}`;
}

function duration(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), Math.ceil(seconds % 60)];
  return minutes === 0 ? `${rest} s` : `${minutes} min ${rest} s`;
}
