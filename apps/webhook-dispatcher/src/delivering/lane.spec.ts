import { SILENT } from '#libs/observability';
import type { Sent } from '#libs/outbound';
import { eventually } from '#libs/testing';
import type { ClaimLimits, LeasedDelivery } from '#libs/webhook-deliveries';
import { Lane, type LaneOptions } from './lane.js';
import { MissedHalts } from './missed-halts.js';

let number = 0;
function leaseOf(webhookId: string, orgId = 'org_a'): LeasedDelivery {
  const n = String(++number);
  return {
    ...{ deliveryId: `dlv_${n}`, leaseToken: n, orgId, webhookId, url: 'https://example.com', secrets: [] },
    ...{ eventId: `evt_${n}`, eventType: 'job.failed', test: false, redelivery: false, body: '{}', attempts: 0 },
    leasedAt: Date.now(),
  };
}

const DELIVERED: Sent = {
  ...{ durationMs: 1, responseStatus: 204, errorClass: null, responseBody: '', retryAfterSeconds: null },
  aborted: false,
};
const GIVEN_UP: Sent = { ...DELIVERED, responseStatus: null, errorClass: 'reset', aborted: true };

/** A receiver that never answers. */
const hangs: LaneOptions['attempts']['make'] = (_lease, _now, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(GIVEN_UP);
    signal.addEventListener('abort', () => resolve(GIVEN_UP), { once: true });
  });

/** What is leased, sent and given back, by hand. */
class Schedule {
  readonly due: LeasedDelivery[] = [];
  readonly claims: ClaimLimits[] = [];
  readonly released: string[] = [];
  readonly sent: string[] = [];
  claiming: (leases: readonly LeasedDelivery[]) => Promise<readonly LeasedDelivery[]> = (leases) =>
    Promise.resolve(leases);
  finish: LaneOptions['leases']['finish'] = (ended) => Promise.resolve(new Set(ended.map((one) => one.deliveryId)));

  lane(make: LaneOptions['attempts']['make'], options: Partial<LaneOptions> = {}): Lane {
    return new Lane({
      ...{ slow: false, mostQuick: 1_000, most: 2_000, logger: SILENT, onEnded: () => undefined },
      ...options,
      attempts: {
        make: (lease, now, signal) => {
          this.sent.push(lease.deliveryId);
          return make(lease, now, signal);
        },
      },
      leases: {
        claim: (limits) => {
          this.claims.push(limits);
          const room = limits.mostOfOrganization - (limits.inFlight.get('org_a') ?? 0);
          return this.claiming(this.due.splice(0, Math.min(limits.most, Math.max(0, room))));
        },
        finish: (ended, failingSeconds) => this.finish(ended, failingSeconds),
        release: (leases) => {
          this.released.push(...leases.map(({ deliveryId }) => deliveryId));
          return Promise.resolve();
        },
      },
    });
  }
}

let schedule: Schedule;
beforeEach(() => {
  schedule = new Schedule();
});

it('leaves half of all places to others, however long what one organization has there takes', async () => {
  schedule.due.push(...Array.from({ length: 60 }, (_, n) => leaseOf(`whk_${n}`)));
  // All of them have taken long: they are no quick ones any more.
  let hours = 0;
  const monotonic = (): number => ++hours * 3_600_000;
  const lane = schedule.lane(hangs, { mostQuick: 20, most: 40, monotonic });
  lane.start();
  try {
    await eventually('as many claims as it takes', () => {
      lane.wake();
      return schedule.claims.length > 10 ? true : null;
    });
    expect(lane.inFlight).toBe(20);
  } finally {
    await lane.stop(0);
  }
});

describe('an endpoint that is halted', () => {
  /** Resolves the claim that is under way. */
  let answer: () => void;
  let lane: Lane;
  beforeEach(async () => {
    const answered = new Promise<void>((resolve) => (answer = resolve));
    schedule.due.push(leaseOf('whk_halted'), leaseOf('whk_other'));
    schedule.claiming = (leases) => answered.then(() => leases);
    lane = schedule.lane(hangs);
    lane.start();
    await eventually('a claim', () => schedule.claims[0] ?? null);
  });
  afterEach(() => lane.stop(0));

  const given = (webhookId: string) =>
    eventually(`${webhookId} alone`, () => {
      const [one, ...more] = lane.endpoints;
      return one === webhookId && more.length === 0 ? true : null;
    });

  it('is sent nothing that had been leased before, and whose row is here only after the halt was heard of', async () => {
    lane.halt('whk_halted');
    answer();
    await given('whk_other');
    expect(schedule.released).toHaveLength(1);
  });

  it('is sent what is leased after the halt', async () => {
    lane.halt('whk_halted');
    answer();
    await given('whk_other');
    schedule.due.push(leaseOf('whk_halted'));
    lane.wake();
    await eventually('both', () => (lane.endpoints.size === 2 ? true : null));
  });

  it('is made up for where nobody heard of it, also while it was being claimed, and after an outage', async () => {
    const asked: (readonly string[])[] = [];
    let isAway = true;
    const halted = (ids: readonly string[]): Promise<readonly string[]> => {
      asked.push(ids);
      if (isAway) {
        isAway = false;
        return Promise.reject(new Error('away'));
      }
      return Promise.resolve(['whk_halted']);
    };
    const missed = new MissedHalts({ leases: { halted }, lanes: [lane], logger: SILENT });
    missed.look();
    answer();
    await given('whk_other');
    expect(asked.length).toBeGreaterThan(1);
    expect(asked[0]).toEqual(['whk_halted', 'whk_other']);
    await missed.stop();
  });
});
