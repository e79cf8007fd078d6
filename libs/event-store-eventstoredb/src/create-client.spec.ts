import { jest } from '@jest/globals';
import { createClient } from './create-client.js';
import { EventStoreUrlInvalid } from './event-store-url-invalid.js';

const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
afterAll(() => warn.mockRestore());

it.each([
  'esdb://user:s3cret@host:2113?tlz=false',
  'esdb://user:s3cret@host:2113?tls=false&tlsVerifyCert=false',
  'esdb://user:s3cret@host:2113?throwOnAppendFailure=false',
  'esdb://user:s3cret@a:2113,b:2113?nodePreference=follower',
  'esdb+discover://user:s3cret@host?tls=true&node-preference=READ_ONLY_REPLICA',
  'esdb://user:s3cret@a:1,b:2?nodePreference=leader&nodePreference=random',
  'esdb://user:s3cret@host:port',
  'esdb://user:s3cret@host:2113?tls=maybe',
  'postgres://user:s3cret@host:2113',
])('refuses %s without a word of what is in it', (url) => {
  expect(() => createClient(url)).toThrow(EventStoreUrlInvalid);
  try {
    createClient(url);
  } catch (error) {
    expect(String(error)).not.toContain('s3cret');
    expect(JSON.stringify({ ...(error as object) })).not.toContain('s3cret');
  }
  expect(warn).not.toHaveBeenCalled();
});

it.each([
  'esdb://127.0.0.1:2113?tls=false',
  'esdb+discover://u:p@cluster.example?nodePreference=leader&keep-alive-interval=10000',
])('takes %s', async (url) => {
  await createClient(url).dispose();
  expect(warn).not.toHaveBeenCalled();
});
