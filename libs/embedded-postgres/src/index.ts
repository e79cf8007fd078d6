export { clusterUrl } from './cluster.js';
export * from './embedded-postgres.js';
export * from './own-cluster-files.js';
