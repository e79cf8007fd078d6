import { isOutage } from './database-unavailable.js';

it.each(['ENETUNREACH', 'ECONNABORTED', 'ECONNREFUSED', '25006', '25P03', '57P01', '08006'])(
  'takes %s for a server that is not there',
  (code) => {
    expect(isOutage(Object.assign(new Error('as pg throws it'), { code }))).toBe(true);
  },
);

it.each(['23505', '42501', '25P02', '22012', 'ERR_INVALID_URL'])('takes %s for a mistake of ours', (code) => {
  expect(isOutage(Object.assign(new Error('as pg throws it'), { code }))).toBe(false);
});
