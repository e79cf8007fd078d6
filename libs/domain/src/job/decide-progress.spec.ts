import { deciderSpec, jobId, jobLeased, jobProgressed, jobThatIs, LATER } from '#libs/testing';
import type { ReportProgress } from './job.commands.js';
import { jobDecider } from './job.decider.js';
import type { JobProgressed } from './job.events.js';

const given = deciderSpec(jobDecider);

const report = (fields: Partial<ReportProgress> = {}): ReportProgress => ({
  ...({ kind: 'ReportProgress', jobId: jobId(), attempt: 1, percent: 50, message: null } as const),
  ...{ now: LATER * 1000, leaseEndsAt: LATER * 1000 + 1 },
  ...fields,
});
const progressed = (fields: Partial<JobProgressed['data']> = {}): JobProgressed => {
  const { type, data } = jobProgressed(fields);
  return { type, data };
};
const half = [...jobThatIs.processing, jobProgressed()];

it('records how far the attempt is, and how far it was', () => {
  given(jobThatIs.processing).when(report()).then([progressed()]);
  given(half)
    .when(report({ message: 'Page 2\nof 4' }))
    .then([progressed({ message: 'Page 2\nof 4', before: { percent: 50, message: null } })]);
  given(half)
    .when(report({ percent: 0 }))
    .then([progressed({ percent: 0, before: { percent: 50, message: null } })]);
});
it('records nothing that was said already, and nothing that is so at the beginning', () => {
  given(half).when(report()).then([]);
  given(jobThatIs.processing)
    .when(report({ percent: 0 }))
    .then([]);
});
it('begins anew with each attempt', () =>
  given([...half, ...jobThatIs.backingOff.slice(2), jobLeased({ attempt: 2 })])
    .when(report({ attempt: 2 }))
    .then([progressed({ attempt: 2 })]));

it('records ten thousand reports of an attempt at once, and one a second from then on', () => {
  const many = Array.from({ length: 10_000 }, (_, n) => jobProgressed({ message: `row ${n}` }));
  const often = [...jobThatIs.queued, jobLeased({}, { at: LATER }), ...many];
  const another = report({ message: 'row 10000' });
  const before = { percent: 50, message: 'row 9999' };
  given(often.slice(0, -1))
    .when(another)
    .then([progressed({ message: 'row 10000', before: { percent: 50, message: 'row 9998' } })]);
  given(often).when(another).thenRejected('rate_limited');
  given(often)
    .when(report({ message: 'row 9999' }))
    .then([]);
  const aSecondLater = { now: LATER * 1_000 + 1_000, leaseEndsAt: LATER * 1_000 + 2_000 };
  given(often)
    .when({ ...another, ...aSecondLater })
    .then([progressed({ message: 'row 10000', before })]);
  given([...often, jobProgressed({ message: 'row 10000' })])
    .when(report({ ...aSecondLater, message: 'row 10001' }))
    .thenRejected('rate_limited');
});

it('refuses at the end of the lease', () =>
  given(jobThatIs.processing)
    .when(report({ leaseEndsAt: LATER * 1000 }))
    .thenRejected('lease_lost'));
it('refuses an attempt that is not the one that runs', () => {
  given(jobThatIs.processing)
    .when(report({ attempt: 2 }))
    .thenRejected('lease_lost');
  given([...jobThatIs.queuedAgain, jobLeased({ attempt: 2 })])
    .when(report())
    .thenRejected('lease_lost');
});
it.each(['queued', 'backingOff', 'lost', 'completed', 'failed', 'cancelledAtWork', 'retried'] as const)(
  'refuses a job that is %s',
  (state) => given(jobThatIs[state]).when(report()).thenRejected('lease_lost'),
);
it('refuses a job that is not there', () => given([]).when(report()).thenRejected('job_not_found'));

it.each<[Partial<ReportProgress>, string]>([
  [{ percent: -1 }, 'percent'],
  [{ percent: 101 }, 'percent'],
  [{ percent: 1.5 }, 'percent'],
  [{ message: '\0' }, 'message'],
])('refuses %j', (fields, field) =>
  given(jobThatIs.processing).when(report(fields)).thenRejected('validation_failed', [field]),
);
it('counts code points', () => {
  given(jobThatIs.processing)
    .when(report({ message: '🔑'.repeat(2000) }))
    .then([progressed({ message: '🔑'.repeat(2000) })]);
  given(jobThatIs.processing)
    .when(report({ message: 'm'.repeat(2001) }))
    .thenRejected('validation_failed', ['message']);
});
