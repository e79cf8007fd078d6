import fc from 'fast-check';
import { senderOfTest } from '../testing/sender-of-test.js';
import { TcpReceiver } from '../testing/tcp-receiver.js';

const PARTS = [
  ...[
    'HTTP/1.1 ',
    'HTTP/1.0 ',
    'HTTP/2 ',
    '200 OK',
    '204',
    '100 Continue',
    '101 X',
    '302 Found',
    '999',
    '0',
    '\r\n',
    '\n',
    '\r',
  ],
  ...['content-length: 3', 'content-length: -1', 'content-length: 99999999999999999999', 'transfer-encoding: chunked'],
  ...[
    'transfer-encoding: gzip',
    'connection: close',
    'connection: upgrade',
    'upgrade: h2c',
    'retry-after: 5',
    ': ',
    'x: y',
  ],
  ...[
    '3\r\nabc\r\n',
    '0\r\n\r\n',
    'fffffffffffffffff\r\n',
    'abc',
    '\0',
    '\xff\xfe',
    'keep-alive: timeout=0',
    'trailer: x',
  ],
];
const usual = fc.constant(['HTTP/1.1 ', '200 OK', '\r\n', 'content-length: 3', '\r\n', '\r\n', 'abc']);
const answers = fc
  .tuple(fc.oneof(usual, fc.constant([])), fc.array(fc.constantFrom(...PARTS), { maxLength: 14 }), fc.boolean())
  .map(([first, then, isFirst]) => (isFirst ? [...first, ...then] : [...then, ...first]).join(''));

it('survives whatever is answered, however it is cut, and never rejects', async () => {
  let answer = { text: '', cutAt: 0 };
  const receiver = await TcpReceiver.start((socket) => {
    socket.on('data', () => {
      const bytes = Buffer.from(answer.text, 'latin1');
      socket.write(bytes.subarray(0, answer.cutAt));
      setImmediate(() => socket.end(bytes.subarray(answer.cutAt)));
    });
  });
  const sender = senderOfTest();
  await fc.assert(
    fc.asyncProperty(answers, fc.nat(200), async (text, cutAt) => {
      answer = { text, cutAt };
      const sent = await sender.send({
        url: `http://127.0.0.1:${receiver.port}/`,
        headers: {},
        body: Buffer.from('{}'),
      });
      expect(sent.aborted).toBe(false);
      if (sent.errorClass === null) expect(String(sent.responseStatus)).toMatch(/^2\d\d$/);
      else expect(['reset', 'status', 'redirect']).toContain(sent.errorClass);
    }),
    { numRuns: 300 },
  );
  await sender.close();
  await receiver.close();
});
