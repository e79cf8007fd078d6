/**
 * The organization's log, as the audit log's projection has it, lacks an event that it will have later: its stream is
 * parked. Who goes on has skipped it for good.
 */
export class LogGap extends Error {
  override readonly name = 'LogGap';
  constructor(readonly missingSeq: number) {
    super(`event ${missingSeq} of the organization is missing in the audit log: is its stream parked?`);
  }
}
