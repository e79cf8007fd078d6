import { byOrganization } from './by-organization.js';

it('puts the rows of an organization next to one another, in their order, and loses none', () => {
  const rows = ['b 1', 'a 1', 'b 2', 'c 1', 'a 2', 'b 3'];
  expect(byOrganization(rows, (row) => row.charAt(0))).toEqual(['b 1', 'b 2', 'b 3', 'a 1', 'a 2', 'c 1']);
});

it('makes nothing of nothing', () => {
  expect(byOrganization<string>([], (row) => row)).toEqual([]);
});
