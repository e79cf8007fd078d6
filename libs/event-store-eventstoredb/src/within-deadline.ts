import { EventStoreUnavailable } from '#libs/event-store';
import type { LifeEnd } from './life-end.js';

/**
 * The answer, if it comes in time and before the client ends; what comes later, an error too, is let go. The client's own
 * deadline is ignored where it is needed most, by a server that has frozen.
 * @throws EventStoreUnavailable
 */
export async function withinDeadline<T>(answer: Promise<T>, deadlineMs: number, ended: LifeEnd): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (reason: string): void => {
      finish();
      reject(new EventStoreUnavailable(reason));
    };
    const onEnd = (): void => giveUp('the connection to the event store broke');
    const deadline = setTimeout(() => giveUp(`the event store did not answer within ${deadlineMs} ms`), deadlineMs);
    const finish = (): void => {
      clearTimeout(deadline);
      ended.delete(onEnd);
    };
    ended.add(onEnd);
    answer.then(resolve, reject);
    answer.then(finish, finish);
  });
}
