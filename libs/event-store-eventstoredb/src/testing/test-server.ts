/** `esdb://…` of a real server, whose log is never emptied; without it a stand-in is started. */
export const REAL_SERVER = process.env['EVENT_STORE_TEST_URL'] ?? null;

/** Which of the two a test ran against, for its name: the one is no proof for the other. */
export const testServer =
  REAL_SERVER === null
    ? 'AGAINST A STAND-IN of libs/testing; set EVENT_STORE_TEST_URL for a real EventStoreDB'
    : 'AGAINST THE REAL SERVER of EVENT_STORE_TEST_URL';
