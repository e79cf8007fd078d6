import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { codeOf } from '#libs/errors';
import { isSameIp, parseIp } from '../address/ip-address.js';
import type { GuardedUrl } from '../guard/guarded-url.js';
import type { VettedAddress } from '../guard/vetted-address.js';
import { ConnectFailed } from './connect-failed.js';

/** So that an address that swallows packets leaves time for the next one. */
const TCP_MS = 4_000;

/**
 * A connection to this very address; the name is what the certificate has to say. What the socket is connected to is
 * compared once more, before a byte of ours is sent.
 * @throws ConnectFailed, or what the signal was aborted with
 */
export async function connect(url: GuardedUrl, vetted: VettedAddress, signal: AbortSignal): Promise<Socket> {
  const { address, family } = vetted;
  const tcp = connectTcp({ host: address, port: url.port, family, autoSelectFamily: false, noDelay: true });
  const timer = setTimeout(() => tcp.destroy(new ConnectFailed('connect', 'ETIMEDOUT')), TCP_MS);
  try {
    await ready(tcp, 'connect', signal);
    if (!isConnectedTo(tcp, address)) throw new ConnectFailed('blocked', 'EADDRNOTAVAIL');
  } catch (error) {
    throw failed(tcp, error, 'connect', signal);
  } finally {
    clearTimeout(timer);
  }
  return url.protocol === 'https:' ? secured(tcp, url, signal) : tcp;
}

async function secured(tcp: Socket, url: GuardedUrl, signal: AbortSignal): Promise<Socket> {
  const tls = connectTls({
    socket: tcp,
    // An address is no server name (RFC 6066); the certificate then has to name the address.
    ...(url.literal === null ? { servername: url.hostname } : { host: url.hostname }),
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    // Said, so that NODE_TLS_REJECT_UNAUTHORIZED cannot turn it off.
    rejectUnauthorized: true,
  });
  try {
    await ready(tls, 'secureConnect', signal);
    return tls;
  } catch (error) {
    throw failed(tls, error, 'tls', signal);
  }
}

function isConnectedTo(socket: Socket, address: string): boolean {
  const [wanted, remote] = [parseIp(address), parseIp(socket.remoteAddress ?? '')];
  return wanted !== null && remote !== null && isSameIp(wanted, remote);
}

function ready(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => (): void => {
      signal.removeEventListener('abort', abort);
      socket.off(event, done).off('close', closed);
      end();
    };
    const done = settle(resolve);
    const closed = settle(() => reject(new ConnectFailed('connect', 'ECONNRESET')));
    const abort = settle(() => reject(signal.reason as Error));
    const broken = (error: Error): void => settle(() => reject(error))();
    // Stays: a socket that fails later must not end the process.
    socket.on('error', broken);
    socket.once(event, done).once('close', closed);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

function failed(socket: Socket, error: unknown, errorClass: 'connect' | 'tls', signal: AbortSignal): unknown {
  socket.destroy();
  if (signal.aborted) return signal.reason;
  if (error instanceof ConnectFailed && error.errorClass !== 'connect') return error;
  const reason = error instanceof ConnectFailed ? error.reason : codeOf(error);
  return new ConnectFailed(errorClass, reason);
}
