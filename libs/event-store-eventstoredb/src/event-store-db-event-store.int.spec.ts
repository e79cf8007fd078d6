import { describeEventStore } from '#libs/event-store/contract';
import { openTestStore } from './testing/open-test-store.js';
import { testServer } from './testing/test-server.js';

describeEventStore(`EventStoreDbEventStore (${testServer})`, openTestStore);
