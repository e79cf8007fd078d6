import { DatabaseUnfit } from './database-unfit.js';
import { rolePassword, roleUrl } from './roles.js';

it('makes no role password from an owner URL that holds no secret, and names the setting', () => {
  for (const url of ['postgres://owner@host/db', 'postgres://host/db', 'postgres://owner:@host/db']) {
    expect(() => roleUrl(url, 'api')).toThrow(DatabaseUnfit);
    expect(() => roleUrl(url, 'api')).toThrow(/DATABASE_URL/);
  }
});

it('makes another password for each role, database and owner password, and the same one each time', () => {
  const passwords = ['postgres://o:one@h/a', 'postgres://o:two@h/a', 'postgres://o:one@h/b'].flatMap((url) => [
    rolePassword(url, 'api'),
    rolePassword(url, 'events'),
  ]);
  expect(new Set(passwords).size).toBe(6);
  expect(rolePassword('postgres://o:one@h/a', 'api')).toBe(passwords[0]);
});
