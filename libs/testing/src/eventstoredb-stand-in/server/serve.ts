import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import serverFeaturesPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { Empty } from '@eventstore/db-client/generated/shared_pb.js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { batchAppend } from './batch-append.js';
import { gossip } from './gossip.js';
import { Leadership } from './leadership.js';
import { readRecords } from './read-records.js';
import { Readiness } from './readiness.js';
import { ResponseStream, type ReadCall } from './response-stream.js';
import { serviceErrors } from './service-errors.js';
import { StandInLog } from './stand-in-log.js';
import { subscribeToAll } from './subscribe-to-all.js';

export interface ServeOptions {
  readonly port: number;
  /** The log's file. */
  readonly path: string;
  /** How long it answers that it is not ready. */
  readonly notReadyForMs: number;
  /** Where the leader listens; its own port where it is that itself. */
  readonly leaderPort: number;
}

/** Listens on the loopback address, without TLS, with the part of the published protocol that the product uses. */
export async function serve({ port, path, notReadyForMs, leaderPort }: ServeOptions): Promise<void> {
  const log = new StandInLog(path);
  const readiness = new Readiness(notReadyForMs);
  const leadership = new Leadership(port, leaderPort);
  const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
  server.addService(StreamsService, {
    read: (call: ReadCall) => void read(log, readiness, leadership, call),
    batchAppend: batchAppend(log, readiness, leadership),
  });
  server.addService(GossipService, { read: gossip(leaderPort) });
  server.addService(ServerFeaturesService, { getSupportedMethods });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

async function read(log: StandInLog, readiness: Readiness, leadership: Leadership, call: ReadCall): Promise<void> {
  const responses = new ResponseStream(call);
  const options = call.request.getOptions();
  if (!readiness.ready) return responses.fail(serviceErrors.notReady());
  const refusal = leadership.refusal(call.metadata);
  if (refusal !== null) return responses.fail(refusal);
  if (options === undefined) return responses.fail(serviceErrors.invalidArgument('no options'));
  if (!options.hasSubscription()) return readRecords(log, options, responses);
  if (!options.hasAll()) return responses.fail(serviceErrors.invalidArgument('only subscriptions to all are known'));
  return subscribeToAll(log, options, responses);
}

function getSupportedMethods(
  _: ServerUnaryCall<Empty, SupportedMethods>,
  answer: sendUnaryData<SupportedMethods>,
): void {
  const methods = ['BatchAppend', 'Read'].map((name) => {
    const method = new serverFeaturesPb.SupportedMethod();
    return method.setServiceName('event_store.client.streams.Streams').setMethodName(name);
  });
  const supported = new serverFeaturesPb.SupportedMethods().setMethodsList(methods);
  answer(null, supported.setEventStoreServerVersion('23.10.6'));
}
