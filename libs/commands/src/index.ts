export * from './api-key-streams.js';
export * from './command-run.js';
export * from './command-runner.js';
export * from './event-id.js';
export * from './fail-point.js';
export * from './job-streams.js';
export * from './load-stream.js';
export * from './stream-type.js';
