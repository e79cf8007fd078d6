import { describeAppends } from './describe-appends.js';
import { describeInterleavings } from './describe-interleavings.js';
import { describeLimits } from './describe-limits.js';
import { describeReads } from './describe-reads.js';
import { describeSubscriptions } from './describe-subscriptions.js';
import type { EventStoreUnderTest } from './event-store-under-test.js';

/**
 * The contract that every adapter keeps: call it in a spec of the adapter. Nothing but the tests may write to the log
 * that `open` gives; it may have events in it already.
 */
export function describeEventStore(name: string, open: () => Promise<EventStoreUnderTest>): void {
  describe(`${name} keeps the contract of the event store`, () => {
    let opened: EventStoreUnderTest | null = null;
    const underTest = (): EventStoreUnderTest => {
      if (opened === null) throw new Error('the event store under test is not open');
      return opened;
    };
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => opened?.dispose());

    describe('append', () => describeAppends(underTest));
    describe('sizes, names and contents', () => describeLimits(underTest));
    describe('read', () => describeReads(underTest));
    describe('subscribe', () => describeSubscriptions(underTest));
    describe('any interleaving', () => describeInterleavings(underTest));
  });
}
