import { isOutage } from './database-unavailable.js';

it.each(['ENETUNREACH', 'ECONNABORTED', 'ECONNREFUSED', '25006', '25P03', '57P01', '08006'])(
  'takes %s for a server that is not there',
  (code) => {
    expect(isOutage(Object.assign(new Error('as pg throws it'), { code }))).toBe(true);
  },
);

it.each([
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'timeout expired',
  'Cannot use a pool after calling end on the pool',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
])('takes "%s" for a server that is not there', (message) => {
  expect(isOutage(new Error(message))).toBe(true);
});

it('takes an error that says so among other things for a mistake of ours', () => {
  expect(isOutage(new Error('no such key: Client was closed'))).toBe(false);
});

it.each(['23505', '42501', '25P02', '22012', 'ERR_INVALID_URL'])('takes %s for a mistake of ours', (code) => {
  expect(isOutage(Object.assign(new Error('as pg throws it'), { code }))).toBe(false);
});
