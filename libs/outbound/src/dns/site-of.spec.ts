import { siteOf } from './site-of.js';

it.each([
  ['example.com', 'example.com'],
  ['a.b.example.com', 'example.com'],
  ['a.example.co.uk', 'example.co.uk'],
  ['shop.com.br', 'shop.com.br'],
  ['co.uk', 'co.uk'],
  ['a.example.io', 'example.io'],
  ['a.b.eu', 'b.eu'],
])('counts %s for %s', (hostname, site) => {
  expect(siteOf(hostname)).toBe(site);
});
