import { DatabaseUnfit } from './database-unfit.js';
import { DATABASE_ROLES, roleName, rolePassword, roleUrl } from './roles.js';

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

it('names a role by its database, whole where that is short enough', () => {
  expect(roleName('keyledger', 'api')).toBe('keyledger_api');
  expect(roleName('d'.repeat(50), 'projector')).toBe(`${'d'.repeat(50)}_projector`);
});

it.each([
  ['one letter more than fits', 'd'.repeat(51)],
  ['as many letters as Postgres takes', 'd'.repeat(63)],
  ['letters of two bytes', 'é'.repeat(31)],
  ['letters of four bytes', '🔑'.repeat(15)],
])('keeps the roles of long names apart that begin alike: %s', (_, database) => {
  const databases = [database, `${database.slice(0, -2)}xx`, `${database.slice(0, -2)}xy`];
  const names = databases.flatMap((name) => DATABASE_ROLES.map((role) => roleName(name, role)));
  expect(new Set(names).size).toBe(3 * DATABASE_ROLES.length);
  for (const name of names) {
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
    expect(name.isWellFormed()).toBe(true);
  }
  expect(roleName(database, 'api')).toBe(roleName(database, 'api'));
});
