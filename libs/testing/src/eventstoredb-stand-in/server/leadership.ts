import type { Metadata, ServiceError } from '@grpc/grpc-js';
import { serviceErrors } from './service-errors.js';

/** Which node of a cluster this one is: the leader, or a follower of the one at another port. */
export class Leadership {
  constructor(
    private readonly port: number,
    private readonly leaderPort: number,
  ) {}

  /**
   * Why a call is not answered here. The real server lets a follower answer what does not ask for the leader, from a log
   * that may be behind: the product asks for the leader in every call, so one that does not is refused everywhere.
   */
  refusal(metadata: Metadata): ServiceError | null {
    if (metadata.get('requires-leader')[0] !== 'true')
      return serviceErrors.invalidArgument('any node might answer this');
    return this.port === this.leaderPort ? null : serviceErrors.notLeader(this.leaderPort);
  }
}
