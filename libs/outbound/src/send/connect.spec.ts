import { parseUrl } from '../guard/parse-url.js';
import { CidrList } from '../address/cidr-list.js';
import type { VettedAddress } from '../guard/vetted-address.js';
import { TcpReceiver } from '../testing/tcp-receiver.js';
import { connect } from './connect.js';

const RULES = { allowHttp: true, allowed: new CidrList(['127.0.0.0/8']), ports: new Set<number>() };
const never = new AbortController().signal;

it('sends nothing to what it is connected to where that is not what was checked', async () => {
  let received = 0;
  const receiver = await TcpReceiver.start((socket) => socket.on('data', () => received++));
  const url = parseUrl(`http://127.0.0.1:${receiver.port}/`, RULES);
  // As if an address had meant another one to the system than it does to us.
  const vetted = { address: 'localhost', family: 4 } as VettedAddress;
  await expect(connect(url, vetted, never)).rejects.toMatchObject({ errorClass: 'blocked' });
  await receiver.close();
  expect([receiver.connections, received]).toEqual([1, 0]);
});

it('lets go at once where it is told to', async () => {
  const receiver = await TcpReceiver.start(() => undefined);
  const url = parseUrl(`https://127.0.0.1:${receiver.port}/`, RULES);
  const stop = new AbortController();
  const connecting = connect(url, { address: '127.0.0.1', family: 4 } as VettedAddress, stop.signal);
  stop.abort(new Error('told to'));
  await expect(connecting).rejects.toThrow('told to');
  await receiver.close();
});
