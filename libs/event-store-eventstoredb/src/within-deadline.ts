import { EventStoreUnavailable } from '#libs/event-store';

/**
 * The answer, if it comes in time and before the client ends; what comes later, an error too, is let go. The client's own
 * deadline is ignored where it is needed most, by a server that has frozen.
 * @throws EventStoreUnavailable
 */
export async function withinDeadline<T>(answer: Promise<T>, deadlineMs: number, ended: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (reason: string): void => {
      finish();
      reject(new EventStoreUnavailable(reason));
    };
    const onEnd = (): void => giveUp('the connection to the event store broke');
    const deadline = setTimeout(() => giveUp(`the event store did not answer within ${deadlineMs} ms`), deadlineMs);
    const finish = (): void => {
      clearTimeout(deadline);
      ended.removeEventListener('abort', onEnd);
    };
    ended.addEventListener('abort', onEnd, { once: true });
    answer.then(resolve, reject).finally(finish);
  });
}
