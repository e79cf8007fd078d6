import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { parseIp } from '../address/ip-address.js';

/** Addresses of either family; a name that it stands for (CNAME, in front of its addresses); or no answer, ever. */
export type ZoneEntry = readonly string[] | 'silence';

const TYPES = new Map([
  [1, 4],
  [28, 6],
]);
const NAME_ERROR = 3;

/** A name server on loopback for tests: real datagrams of RFC 1035, of a zone that may change from question to question. */
export class NameServer {
  /** Each `name` asked for with its type, in order. */
  readonly asked: { readonly name: string; readonly family: number }[] = [];
  readonly zone = new Map<string, ZoneEntry | (() => ZoneEntry)>();

  private constructor(private readonly socket: Socket) {
    socket.on('message', (question, from) => this.#answer(question, from));
  }

  static async start(): Promise<NameServer> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new NameServer(socket);
  }

  /** As the resolver takes it. */
  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  close(): void {
    this.socket.close();
  }

  #answer(question: Buffer, { port, address }: RemoteInfo): void {
    const { name, end } = nameIn(question);
    const type = question.readUInt16BE(end);
    this.asked.push({ name, family: TYPES.get(type) ?? 0 });
    const known = this.zone.get(name);
    const entry = typeof known === 'function' ? known() : known;
    if (entry === 'silence') return;
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(0x8180 | (entry === undefined ? NAME_ERROR : 0), 2);
    const records = recordsOf(entry ?? [], type);
    header.writeUInt16BE(records.length, 6);
    header.writeUInt32BE(0, 8);
    this.socket.send(Buffer.concat([header, question.subarray(12, end + 4), ...records]), port, address);
  }
}

function recordsOf(entry: readonly string[], type: number): readonly Buffer[] {
  // The question's name, by a pointer to it; each CNAME changes what the records behind it are about.
  let owner: Buffer = Buffer.from([0xc0, 12]);
  return entry.flatMap((value) => {
    const ip = parseIp(value);
    if (ip === null) {
      const record = recordOf(owner, 5, labelsOf(value));
      owner = labelsOf(value);
      return [record];
    }
    if (ip.family !== TYPES.get(type)) return [];
    return [recordOf(owner, type, Buffer.from(ip.bits.toString(16).padStart(ip.family === 4 ? 8 : 32, '0'), 'hex'))];
  });
}

function recordOf(owner: Buffer, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  // An hour to live: whoever kept it would not see the zone change.
  fixed.writeUInt32BE(3_600, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([owner, fixed, data]);
}

function labelsOf(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function nameIn(question: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}
