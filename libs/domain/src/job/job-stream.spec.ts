import { isJobId, jobStream } from './job-stream.js';

it('names the stream of a job by its id', () =>
  expect(jobStream('job_0123456789ABCDEFGHIJwxyz')).toBe('job-0123456789ABCDEFGHIJwxyz'));

it.each([
  '',
  'job_',
  'job_0123456789ABCDEFGHIJwxy',
  'job_0123456789ABCDEFGHIJwxyz0',
  'JOB_0123456789ABCDEFGHIJwxyz',
  'job-0123456789ABCDEFGHIJwxyz',
  'job_0123456789ABCDEFGHIJ-xyz',
  'job_0123456789ABCDEFGHIJwxyz\n',
])('does not take %j for an id', (id) => {
  expect(isJobId(id)).toBe(false);
  expect(() => jobStream(id)).toThrow(RangeError);
});
