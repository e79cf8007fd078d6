export * from './bounded-lru.js';
