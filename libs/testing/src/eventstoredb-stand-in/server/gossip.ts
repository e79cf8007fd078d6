import gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type { Empty } from '@eventstore/db-client/generated/shared_pb.js';
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';

const { LEADER } = gossipPb.MemberInfo.VNodeState;

/** The service's Read: whoever is asked for the members of the cluster names the leader. */
export function gossip(leaderPort: number) {
  return (_: ServerUnaryCall<Empty, ClusterInfo>, answer: sendUnaryData<ClusterInfo>): void => {
    const endPoint = new gossipPb.EndPoint().setAddress('127.0.0.1').setPort(leaderPort);
    const leader = new gossipPb.MemberInfo().setInstanceId(new sharedPb.UUID().setString(randomUUID()));
    leader.setState(LEADER).setIsAlive(true).setHttpEndPoint(endPoint);
    answer(null, new gossipPb.ClusterInfo().setMembersList([leader]));
  };
}
