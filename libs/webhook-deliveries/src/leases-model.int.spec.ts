import fc from 'fast-check';
import type { LeasedDelivery } from './leases.js';
import { DeliveryDatabase } from './testing/delivery-database.js';

let database: DeliveryDatabase;
beforeAll(async () => {
  database = await DeliveryDatabase.create();
});
afterAll(() => database.drop());

const LEASE_MS = 30_000;
const ENDPOINTS = 3;

const STEP = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('claim' as const), most: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pend' as const), endpoint: fc.nat(ENDPOINTS - 1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('finish' as const), lease: fc.nat(), again: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), lease: fc.nat() }) },
  // Well away from the end of a lease, so that the statements' own time decides nothing.
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('clock' as const), ms: fc.constantFrom(11_000, 40_000) }) },
);

/** What is known of the deliveries by what was asked and answered alone. */
class Model {
  now = 0;
  readonly pending = new Set<string>();
  readonly finished = new Set<string>();
  /** All that were ever handed out; the last one of a delivery alone counts. */
  readonly leases: { readonly lease: LeasedDelivery; readonly until: number }[] = [];
  readonly held = new Map<string, { readonly token: string; readonly until: number }>();

  take(lease: LeasedDelivery): void {
    const { deliveryId, leaseToken: token } = lease;
    expect(this.pending.has(deliveryId)).toBe(true);
    // Nobody else holds it.
    expect((this.held.get(deliveryId)?.until ?? -Infinity) <= this.now).toBe(true);
    const until = this.now + LEASE_MS;
    this.held.set(deliveryId, { token, until });
    this.leases.push({ lease, until });
  }

  /** The last one that it was handed to, whether its time is over or not: nobody else has come. */
  isHeldBy({ deliveryId, leaseToken }: LeasedDelivery): boolean {
    return this.pending.has(deliveryId) && this.held.get(deliveryId)?.token === leaseToken;
  }
}

it('never has a delivery held by two leases, hears only the last one, and loses none, in whatever order things happen', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 10, maxLength: 40 }), async (steps) => {
      await database.empty();
      const webhooks = await Promise.all(Array.from({ length: ENDPOINTS }, (_, n) => database.endpoint(n)));
      const model = new Model();
      for (const webhook of webhooks) for (const id of await database.pend(webhook, 3)) model.pending.add(id);
      for (const step of steps) {
        if (step.kind === 'claim') {
          const [one, two] = await Promise.all([
            database.claim({ most: step.most, leaseMs: LEASE_MS }),
            database.claim({ most: step.most, leaseMs: LEASE_MS }),
          ]);
          for (const lease of [...one, ...two]) model.take(lease);
        } else if (step.kind === 'pend') {
          for (const id of await database.pend(webhooks[step.endpoint] ?? '', 1)) model.pending.add(id);
        } else if (step.kind === 'clock') {
          await database.passTime(step.ms);
          model.now += step.ms;
        } else {
          const given = model.leases[step.lease % Math.max(1, model.leases.length)];
          if (given === undefined) continue;
          const { lease } = given;
          const holds = model.isHeldBy(lease);
          if (step.kind === 'release') {
            await database.leases.release([lease], 0);
          } else {
            const heard = await database.finish([lease], step.again ? { error: 'reset', againIn: 5 } : {});
            expect(heard.has(lease.deliveryId)).toBe(holds);
            if (holds && !step.again) {
              model.pending.delete(lease.deliveryId);
              model.finished.add(lease.deliveryId);
            }
          }
          if (holds) model.held.delete(lease.deliveryId);
        }
      }
      await expectNothingLost(model);
    }),
    { numRuns: 40 },
  );
});

/** Everything that was not finished can be claimed and finished, once its time has come. */
async function expectNothingLost(model: Model): Promise<void> {
  expect([await database.count('deliveries'), await database.count('history')]).toEqual([
    model.pending.size,
    model.finished.size,
  ]);
  const rest = new Set<string>();
  for (let round = 0; round < 40 && rest.size < model.pending.size; round++) {
    await database.passTime(LEASE_MS + 10_000);
    const leases = await database.claim();
    for (const { deliveryId } of leases) rest.add(deliveryId);
    await database.finish(leases);
  }
  expect(rest).toEqual(model.pending);
  expect(await database.count('deliveries')).toBe(0);
}
