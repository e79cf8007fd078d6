import { lineageOf, lineageStream } from './lineage.js';

it('names the lineage and its stream', () => {
  expect(lineageOf('ak_0123456789ABCDEFwxyz')).toBe('0123456789ABCDEF');
  expect(lineageStream('0123456789ABCDEF')).toBe('apiKey-0123456789ABCDEF');
});

it.each([
  '',
  'ak_',
  'ak_0123456789ABCDEFwxy',
  'ak_0123456789ABCDEFwxyz0',
  'AK_0123456789ABCDEFwxyz',
  'ak_0123456789ABCDE-wxyz',
  'ak_0123456789ABCDEFwxyz\n',
  'xak_0123456789ABCDEFwxyz',
  'ak_0123456789ABCDEFwxyé',
])('does not take %j for an id', (id) => expect(lineageOf(id)).toBeNull());
