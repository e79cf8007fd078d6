import { atNode } from './at-node.js';

const leader = { address: '10.0.0.3', port: 2114 };

it('leaves the nodes as they are for one that no connection string can name', () => {
  expect(atNode('esdb://a:1', { address: '::1', port: 2 })).toBe('esdb://a:1');
});

it.each([
  ['esdb://a', 'esdb://10.0.0.3:2114'],
  ['esdb://a:1,b:2/?tls=false&defaultDeadline=5', 'esdb://10.0.0.3:2114?tls=false&defaultDeadline=5'],
  ['esdb+discover://u:p%3Fq@cluster.example:2113', 'esdb://u:p%3Fq@10.0.0.3:2114'],
  ['esdb://u:p?q/r@a:1,b:2?tls=true', 'esdb://u:p?q/r@10.0.0.3:2114?tls=true'],
])('leads %s to one node', (url, expected) => {
  expect(atNode(url, leader)).toBe(expected);
});
