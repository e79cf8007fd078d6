import { DnsResolver } from '../dns/dns-resolver.js';
import { OutboundGuard } from '../guard/outbound-guard.js';
import { Sender } from '../send/sender.js';
import type { NameServer } from './name-server.js';

export interface GuardOfTestOptions {
  readonly names?: NameServer;
  readonly allowedCidrs?: readonly string[];
  readonly ports?: readonly number[];
}

/** A guard that lets receivers on loopback pass, and asks the name server of the test. */
export function guardOfTest(options: GuardOfTestOptions = {}): OutboundGuard {
  const { names, allowedCidrs = ['127.0.0.1', '127.0.0.2'], ports = [] } = options;
  const servers = names === undefined ? {} : { servers: [names.address] };
  const resolver = new DnsResolver({ ...servers, deadlineMs: 1_000 });
  return new OutboundGuard({ allowHttp: true, allowedCidrs, ports, resolver, ownAddresses: () => [] });
}

/** @param options `deadlineMs` is 10 s by default, so that only what hangs meets it */
export function senderOfTest(options: GuardOfTestOptions & { readonly deadlineMs?: number } = {}): Sender {
  return new Sender({ guard: guardOfTest(options), deadlineMs: options.deadlineMs ?? 10_000 });
}
