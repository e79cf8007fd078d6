import { apiKeyDecider, presentKey } from '#libs/domain';
import { apiKeyCreated, START } from '#libs/testing';
import { keyTable } from './key-table.js';

it('is a line for each key, its columns one below the other', () => {
  const { keys } = apiKeyDecider.evolve(
    apiKeyDecider.initialState,
    apiKeyCreated({ name: 'a \u001b[31mred\n\u202ename', scopes: ['audit:read'], expires_at: START + 60 }),
  );
  const [head = '', row = '', ...more] = keyTable(keys.map((key) => presentKey(key, START, null))).split('\n');
  expect(more).toEqual([]);
  expect(row.slice(head.indexOf('NAME'), head.indexOf('TYPE')).trim()).toBe('a \\u{1b}[31mred\\u{a}\\u{202e}name');
  expect(row.slice(head.indexOf('STATUS'), head.indexOf('NAME')).trim()).toBe('active');
  expect(row.slice(head.indexOf('EXPIRES'), head.indexOf('REVOKED')).trim()).toBe('2023-11-14T22:14:20Z');
  expect(row.endsWith('-')).toBe(true);
});

it('is its head alone where there are no keys', () => {
  expect(keyTable([])).toMatch(/^ID {2}STATUS {2}NAME/);
});
