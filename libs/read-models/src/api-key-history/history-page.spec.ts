import { parseApiKeyEvent } from '#libs/domain';
import { apiKeyRevoked, START } from '#libs/testing';
import { logOf } from '../testing/log-of.js';
import { HistoryPage } from './history-page.js';

// No event of today leaves every key as it was; the history is to show one of tomorrow all the same.
it('keeps an event that changed no key, in its own organization and lineage', () => {
  const page = new HistoryPage();
  for (const event of logOf([apiKeyRevoked({ at: START + 5, reason: 'leaked', org_id: 'org_b' })])) {
    page.add({ event, seq: 7 }, parseApiKeyEvent(event), []);
  }
  expect(page.steps).toEqual([
    {
      ...{ orgId: 'org_b', lineage: 'AbCdEfGh12345678', revision: 0, seq: 7, states: '[]' },
      entry: expect.stringContaining('"reason":"leaked"') as string,
    },
  ]);
  expect([page.intervals, page.ended]).toEqual([[], []]);
});
