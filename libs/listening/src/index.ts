export * from './channel-watch.js';
