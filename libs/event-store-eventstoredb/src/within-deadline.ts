import { EventStoreUnavailable } from '#libs/event-store';

/**
 * The answer, if it comes in time; what comes later, an error too, is let go.
 * @throws EventStoreUnavailable past the deadline
 */
export async function withinDeadline<T>(answer: Promise<T>, deadlineMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => {
      reject(new EventStoreUnavailable(`the event store did not answer within ${deadlineMs} ms`));
    }, deadlineMs);
    answer.then(resolve, reject).finally(() => clearTimeout(deadline));
  });
}
