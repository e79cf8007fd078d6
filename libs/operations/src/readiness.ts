/** Whether this process can answer, and on what that rests. */
export interface Readiness {
  readonly ready: boolean;
  /** What the process depends on: `database`, `event_store`, `key_directory` and so on. */
  readonly dependencies: Readonly<Record<string, 'ok' | 'unavailable'>>;
  readonly projections: readonly ProjectionReadiness[];
}

export interface ProjectionReadiness {
  readonly name: string;
  readonly version: number;
  readonly state: string;
  readonly lag_seconds: number;
  /** Streams of which nothing is projected until an operator unparks them. */
  readonly parked_streams: number;
}

/** May take as long as its dependencies' deadlines, and throws nothing. */
export type ReadinessProbe = () => Promise<Readiness>;
