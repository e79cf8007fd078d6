import { NameServer } from '../testing/name-server.js';
import { DnsResolver } from './dns-resolver.js';

let server: NameServer;
let resolver: DnsResolver;
beforeEach(async () => {
  server = await NameServer.start();
  resolver = new DnsResolver({ servers: [server.address], deadlineMs: 500 });
});
afterEach(() => server.close());

const never = new AbortController().signal;
const look = async (name: string): Promise<readonly string[]> => (await resolver.resolve(name, never)).toSorted();

it('answers with the addresses of both families', async () => {
  server.zone.set('both.example', ['192.0.2.1', '192.0.2.2', '2001:db8::1']);
  server.zone.set('four.example', ['192.0.2.1']);
  server.zone.set('six.example', ['2001:db8::1']);
  expect(await look('both.example')).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
  expect(await look('four.example')).toEqual(['192.0.2.1']);
  expect(await look('six.example')).toEqual(['2001:db8::1']);
});

it('follows a name that stands for another', async () => {
  server.zone.set('alias.example', ['real.example', '10.0.0.1']);
  expect(await look('alias.example')).toEqual(['10.0.0.1']);
});

it('remembers nothing, whatever the answer says of its age', async () => {
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
    server.zone.set('moving.example', [address]);
    expect(await look('moving.example')).toEqual([address]);
  }
});

it('asks once for what several want at the same moment', async () => {
  server.zone.set('popular.example', ['192.0.2.1']);
  await Promise.all(Array.from({ length: 50 }, () => look('popular.example')));
  expect(server.asked.map(({ family }) => family).toSorted()).toEqual([4, 6]);
});

it.each([
  ['unknown.example', undefined, 'ENOTFOUND'],
  ['empty.example', [], 'ENODATA'],
  ['silent.example', 'silence' as const, 'ETIMEOUT'],
])('says of %s why it has no address', async (name, entry, reason) => {
  if (entry !== undefined) server.zone.set(name, entry);
  await expect(look(name)).rejects.toMatchObject({ code: 'dns', reason });
});

it('is content with one family where the other is never answered', async () => {
  let questions = 0;
  server.zone.set('half.example', () => {
    const isFirst = server.asked.at(-1)?.family === 4;
    questions += isFirst ? 1 : 0;
    return isFirst ? ['192.0.2.1'] : 'silence';
  });
  expect(await look('half.example')).toEqual(['192.0.2.1']);
  expect(questions).toBe(1);
});

it('lets the slow names of one site hold up nobody else', async () => {
  const order: string[] = [];
  server.zone.set('quick.example', ['192.0.2.1']);
  const slow = Array.from({ length: 200 }, (_, number) => {
    const name = `n${number}.slow.example`;
    server.zone.set(name, 'silence');
    return look(name).catch(() => void order.push('slow'));
  });
  await look('quick.example');
  order.push('quick');
  await Promise.all(slow);
  expect([order[0], order.length]).toEqual(['quick', 201]);
});

it('lets go at once of who gives up', async () => {
  server.zone.set('silent.example', 'silence');
  const gone = new AbortController();
  const waiting = resolver.resolve('silent.example', gone.signal);
  gone.abort(new Error('told to'));
  await expect(waiting).rejects.toThrow('told to');
});
