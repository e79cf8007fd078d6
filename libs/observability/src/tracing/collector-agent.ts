import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

export interface ConnectionLimits {
  /** From the start of a connection to its end, whatever the other side does with it. */
  readonly withinMs: number;
  /** Ends every connection there is, and each that is begun later. */
  readonly ended: AbortSignal;
}

/**
 * Connections to a collector, one for each request, that end in time. The exporter's own timeout counts silence: a
 * collector that answers one byte now and then would hold its request, and with it the process, for as long as it likes.
 */
export function collectorAgent(protocol: string, { withinMs, ended }: ConnectionLimits): HttpAgent | HttpsAgent {
  const agent = protocol === 'https:' ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const signal = AbortSignal.any([ended, AbortSignal.timeout(withinMs)]);
    return connect({ ...options, signal }, callback);
  };
  return agent;
}
