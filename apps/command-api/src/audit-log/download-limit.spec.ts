import { DownloadLimit } from './download-limit.js';

const refused = /^Too many downloads at once/;

it('has so many places for each organization', () => {
  const limit = new DownloadLimit({ perOrganization: 2, total: 10 });
  limit.take('org_a');
  const giveBack = limit.take('org_a');
  expect(() => limit.take('org_a')).toThrow(refused);
  limit.take('org_b');
  giveBack();
  limit.take('org_a');
  expect(() => limit.take('org_a')).toThrow(refused);
});

it('has so many places for all organizations together', () => {
  const limit = new DownloadLimit({ perOrganization: 2, total: 3 });
  const giveBack = limit.take('org_a');
  limit.take('org_b');
  limit.take('org_c');
  expect(() => limit.take('org_d')).toThrow(refused);
  giveBack();
  limit.take('org_d');
  expect(() => limit.take('org_a')).toThrow(refused);
});

it('takes a place back once, however often it is given', () => {
  const limit = new DownloadLimit({ perOrganization: 1, total: 2 });
  const giveBack = limit.take('org_a');
  giveBack();
  limit.take('org_a');
  giveBack();
  expect(() => limit.take('org_a')).toThrow(refused);
  limit.take('org_b');
  expect(() => limit.take('org_c')).toThrow(refused);
});
