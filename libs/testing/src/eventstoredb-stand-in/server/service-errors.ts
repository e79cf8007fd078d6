import { Metadata, status, type ServiceError } from '@grpc/grpc-js';

/** The errors of calls, with the codes and trailers of the real server. */
export const serviceErrors = {
  notReady: () => serviceError(status.UNAVAILABLE, 'Server Is Not Ready'),
  consumerTooSlow: () =>
    serviceError(
      status.ABORTED,
      'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.',
    ),
  invalidPosition: () => serviceError(status.UNKNOWN, 'Unexpected ReadAllResult: InvalidPosition'),
  /** As the real server says it to whoever asks a follower for what only the leader may answer. */
  notLeader: (leaderPort: number) =>
    serviceError(status.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': '127.0.0.1',
      'leader-endpoint-port': String(leaderPort),
    }),
  invalidArgument: (what: string) => serviceError(status.INVALID_ARGUMENT, what),
};

function serviceError(code: status, details: string, trailers: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return Object.assign(new Error(details), { code, details, metadata });
}
