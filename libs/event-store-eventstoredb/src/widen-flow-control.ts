import type { ChannelCredentials, ChannelOptions } from '@grpc/grpc-js';
import channels from '@grpc/grpc-js/build/src/channel.js';

/** How many bytes the server may have on their way to one stream, and to all streams of a connection together. */
export const FLOW_CONTROL_WINDOW = 4 * 1_024 * 1_024;

let done = false;

/**
 * Lets the server go on sending while this process is busy. HTTP/2 lets 65,535 bytes be on their way to a connection by
 * default. Three subscriptions at 500 events a second use that up in some 40 ms of a busy event loop, and with the 64
 * events that the server holds behind it, it drops every one of them for being slow: once a second or two, each time
 * with most of a second until they have caught up again. A stream whose consumer takes nothing holds one window at most.
 * The library hands no options on to its channel.
 */
export function widenFlowControl(): void {
  if (done) return;
  done = true;
  class WideChannel extends channels.ChannelImplementation {
    constructor(target: string, credentials: ChannelCredentials, options: ChannelOptions) {
      super(target, credentials, { ...options, 'grpc-node.flow_control_window': FLOW_CONTROL_WINDOW });
    }
  }
  if (!Reflect.set(channels, 'ChannelImplementation', WideChannel)) {
    throw new Error('@grpc/grpc-js is not the version that this was written for');
  }
}
