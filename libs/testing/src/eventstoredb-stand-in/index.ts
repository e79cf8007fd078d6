export * from './eventstoredb-stand-in.js';
