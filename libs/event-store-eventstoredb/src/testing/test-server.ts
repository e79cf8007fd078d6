import { EventStoreDbServer } from '#libs/testing/eventstoredb-stand-in';

/** `esdb://…` of a running server, whose log is not emptied. */
export const RUNNING_SERVER = process.env['EVENT_STORE_TEST_URL'] ?? null;

const STAND_IN = 'AGAINST THE STAND-IN of libs/testing, no real EventStoreDB';

/** Which server a test that starts its own ran against, for its name: the one is no proof for the other. */
export const ownServer = EventStoreDbServer.isReal ? 'AGAINST A REAL SERVER of EVENT_STORE_TEST_COMMAND' : STAND_IN;

/** The same of a test that takes a running one. */
export const testServer = RUNNING_SERVER === null ? ownServer : 'AGAINST THE REAL SERVER of EVENT_STORE_TEST_URL';
