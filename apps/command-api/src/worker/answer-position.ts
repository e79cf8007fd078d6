import type { FastifyReply } from 'fastify';
import type { Position } from '#libs/event-store';

/** Tells the client how far the log was with its write, for `X-Min-Log-Position`. */
export class AnswerPosition {
  constructor(private readonly seal: (position: Position) => string) {}

  on(reply: FastifyReply, position: Position): void {
    void reply.header('x-log-position', this.seal(position));
  }
}
