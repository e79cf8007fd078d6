export * from './aborted.js';
export * from './backoff.js';
export * from './closing.js';
export * from './data-directory-lock.js';
export * from './listen-at.js';
export * from './name-setting.js';
export * from './once-reachable.js';
export * from './run-until-told.js';
