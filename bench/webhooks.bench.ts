import { setTimeout as delay } from 'node:timers/promises';
import type { BenchContext } from './bench-context.js';
import type { BenchRow } from './bench-row.js';
import { emptyDatabase } from './projection/catch-up.js';
import { countStatements } from './webhooks/count-statements.js';
import { DeliveryRig } from './webhooks/delivery-rig.js';
import { ReceiversProcess } from './webhooks/receivers-process.js';

const ENDPOINTS = 4;
const EVENTS = 5_000;
const PER_SECOND = 200;
const SECONDS = 15;
const WARM_UP_SECONDS = 3;
const HANGING = 200;
const PENDING = 100_000;
const ORG = 'org_bench';
const OTHER = 'org_hanging';

/** Deliveries to receivers on loopback, in a process of their own. */
export async function run({ postgresUrl, log }: BenchContext): Promise<BenchRow[]> {
  const receivers = await ReceiversProcess.start();
  const withRig = async <T>(work: (rig: DeliveryRig) => Promise<T>): Promise<T> => {
    await emptyDatabase(postgresUrl);
    const rig = await DeliveryRig.open(postgresUrl);
    try {
      return await work(rig);
    } finally {
      await rig.close();
      await receivers.forget();
    }
  };
  try {
    return [
      ...(await withRig((rig) => throughput(rig, receivers, log))),
      ...(await latencies(withRig, receivers, log)),
      await withRig((rig) => memory(rig, receivers, log)),
    ];
  } finally {
    await receivers.stop();
  }
}

async function throughput(
  rig: DeliveryRig,
  receivers: ReceiversProcess,
  log: BenchContext['log'],
): Promise<BenchRow[]> {
  for (let n = 0; n < ENDPOINTS; n++) await rig.endpoint(ORG, receivers.url('/ok'));
  await rig.events(ORG, EVENTS);
  const statements = countStatements();
  const before = statements.count();
  const started = performance.now();
  rig.start();
  await rig.until(async () => (await receivers.count()) >= EVENTS * ENDPOINTS);
  const seconds = (performance.now() - started) / 1_000;
  await rig.until(async () => (await rig.finished()) >= EVENTS * ENDPOINTS);
  statements.restore();
  const deliveries = EVENTS * ENDPOINTS;
  const perDelivery = (statements.count() - before) / deliveries;
  log(`webhooks: ${deliveries} deliveries in ${seconds.toFixed(1)} s, ${perDelivery.toFixed(2)} statements each`);
  const none = { yardstick: null, yardstickValue: null, ratio: null };
  const rate = deliveries / seconds;
  return [
    {
      path: `deliveries to ${ENDPOINTS} endpoints`,
      measured: rate,
      unit: '/s',
      ...none,
      goal: '2,000/s',
      met: rate >= 2_000,
    },
    {
      ...{ path: 'statements for each event and endpoint', measured: perDelivery, unit: '', ...none },
      ...{ goal: '6', met: perDelivery <= 6 },
    },
  ];
}

async function latencies(
  withRig: <T>(work: (rig: DeliveryRig) => Promise<T>) => Promise<T>,
  receivers: ReceiversProcess,
  log: BenchContext['log'],
): Promise<BenchRow[]> {
  const alone = await withRig(async (rig) => {
    await rig.endpoint(ORG, receivers.url('/ok'));
    rig.start();
    return latency(rig, receivers, log, 'alone');
  });
  const beside = await withRig(async (rig) => {
    await rig.endpoint(ORG, receivers.url('/ok'));
    for (let n = 0; n < HANGING; n++) await rig.endpoint(OTHER, receivers.url('/hang'));
    await rig.events(OTHER, 20);
    rig.start();
    await rig.until(async () => (await rig.pending()) >= 20 * HANGING);
    return latency(rig, receivers, log, `beside ${HANGING} that hang`);
  });
  const path = `commit to first byte, p99, ${PER_SECOND} events a second`;
  return [
    {
      ...{ path, measured: alone, unit: 'ms', yardstick: null, yardstickValue: null, ratio: null },
      ...{ goal: '100 ms', met: alone < 100 },
    },
    {
      ...{ path: `${path}, beside ${HANGING} endpoints that hang`, measured: beside, unit: 'ms' },
      ...{
        yardstick: 'without them',
        yardstickValue: alone,
        ratio: beside / alone,
        goal: '1.5',
        met: beside / alone <= 1.5,
      },
    },
  ];
}

/** Each is begun on time whether or not those before are through. @returns p99, milliseconds */
async function latency(
  rig: DeliveryRig,
  receivers: ReceiversProcess,
  log: BenchContext['log'],
  name: string,
): Promise<number> {
  const committed = new Map<string, number>();
  const pending: Promise<void>[] = [];
  const started = performance.now();
  for (let n = 0; n < PER_SECOND * SECONDS; n++) {
    const due = started + (n * 1_000) / PER_SECOND;
    if (due > performance.now()) await delay(due - performance.now());
    const isWarm = n >= PER_SECOND * WARM_UP_SECONDS;
    const one = async (): Promise<void> => {
      const key = await rig.event(ORG);
      if (isWarm) committed.set(key, performance.timeOrigin + performance.now());
    };
    pending.push(one());
  }
  await Promise.all(pending);
  await rig.until(async () => (await receivers.count()) >= PER_SECOND * SECONDS);
  const { firstBytes } = await receivers.tell();
  const latencies = firstBytes
    .flatMap(([key, at]) => {
      const from = committed.get(key);
      return from === undefined ? [] : [at - from];
    })
    .sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.ceil(latencies.length * share) - 1] ?? Number.NaN;
  log(`webhooks ${name}: commit to first byte p50 ${at(0.5).toFixed(0)} ms, p99 ${at(0.99).toFixed(0)} ms`);
  return at(0.99);
}

async function memory(rig: DeliveryRig, receivers: ReceiversProcess, log: BenchContext['log']): Promise<BenchRow> {
  const hanging = 20;
  for (let n = 0; n < hanging; n++) await rig.endpoint(OTHER, receivers.url('/hang'));
  rig.start();
  await rig.events(OTHER, 100);
  await rig.until(async () => (await rig.pending()) >= 100 * hanging);
  const few = await heapMegabytes();
  await rig.events(OTHER, PENDING / hanging - 100);
  await rig.until(async () => (await rig.pending()) >= PENDING);
  const many = await heapMegabytes();
  log(
    `webhooks: heap ${few.toFixed(0)} MB at ${100 * hanging} pending deliveries, ${many.toFixed(0)} MB at ${PENDING}`,
  );
  return {
    ...{ path: `heap at ${PENDING.toLocaleString('en')} pending deliveries`, measured: many, unit: 'MB' },
    ...{
      yardstick: `at ${100 * hanging}`,
      yardstickValue: few,
      ratio: many / few,
      goal: '1.25',
      met: many / few <= 1.25,
    },
  };
}

/** The least of some seconds, for what is not collected yet is no need. */
async function heapMegabytes(): Promise<number> {
  let least = Infinity;
  for (let n = 0; n < 20; n++) {
    globalThis.gc?.();
    await delay(100);
    least = Math.min(least, process.memoryUsage().heapUsed / 1_048_576);
  }
  return least;
}
