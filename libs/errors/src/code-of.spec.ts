import { readFile } from 'node:fs/promises';
import { runInNewContext } from 'node:vm';
import { errorCodes } from 'fastify';
import { codeOf } from './code-of.js';
import { isError } from './is-error.js';

const thrownBy = (work: () => Promise<unknown>): Promise<unknown> =>
  work().then(
    () => null,
    (error: unknown) => error,
  );

it('knows an error that Node made, in whatever realm', async () => {
  const missing = await thrownBy(() => readFile('/nowhere/at/all'));
  expect([isError(missing), codeOf(missing)]).toEqual([true, 'ENOENT']);
  expect(isError(runInNewContext('new TypeError("of another realm")'))).toBe(true);
});

it('knows an error that only inherits from Error', () => {
  const tooLarge = new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
  expect([isError(tooLarge), codeOf(tooLarge)]).toEqual([true, 'FST_ERR_CTP_BODY_TOO_LARGE']);
});

it('takes nothing else for an error, and no number for a code', () => {
  for (const thrown of [null, undefined, 'ENOENT', { message: 'x', code: 'ENOENT' }]) {
    expect([isError(thrown), codeOf(thrown)]).toEqual([false, '']);
  }
  expect(codeOf(new Error('plain'))).toBe('');
  expect(codeOf(Object.assign(new Error('of gRPC'), { code: 14 }))).toBe('');
});
