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
  invalidArgument: (what: string) => serviceError(status.INVALID_ARGUMENT, what),
};

function serviceError(code: status, details: string): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata: new Metadata() });
}
