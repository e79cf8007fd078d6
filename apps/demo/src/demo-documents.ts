/** Chance as the demo needs it: a number from 0 up to, and not including, 1. */
export type Random = () => number;

const INSURED = [
  ...['Hale Freight LLC', 'Northwind Logistics', 'Bayside Couriers Inc', 'Tri-County Movers', 'Summit Ridge Dental'],
  ...['Oak Street Bakery', 'Lindqvist & Sons', 'Delta Marine Supply', 'Pioneer Roofing Co', 'Alder Creek Winery'],
];
const CARRIERS = ['Granite Mutual', 'Harbor National', 'Cascade Specialty', 'Union Fire'];

/** The kinds of documents that the demo has read: policy types with their schemas, and how often each comes. */
export const POLICY_TYPES = [
  { type: 'commercial_auto', title: 'Commercial auto', prefix: 'CA', share: 0.5, priority: 5 },
  { type: 'general_liability', title: 'General liability', prefix: 'GL', share: 0.3, priority: 4 },
  { type: 'workers_compensation', title: "Workers' compensation", prefix: 'WC', share: 0.2, priority: 6 },
] as const;

export type PolicyType = (typeof POLICY_TYPES)[number];

export const INPUT_SCHEMA = {
  type: 'object',
  required: ['pages', 'seconds_per_page'],
  properties: {
    pages: { type: 'array', minItems: 1, items: { type: 'string' } },
    seconds_per_page: { type: 'number', minimum: 0 },
  },
};

export const RESULT_SCHEMA = { type: 'object', required: ['policy_number', 'insured', 'carrier', 'premium'] };

/** A document of some pages, and how long a page of it takes to read. */
export function documentOf({ prefix, title }: PolicyType, random: Random): object {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const between = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  const first = [
    `${title} declarations`,
    `Policy number: ${prefix}-${between(100_000, 999_999)}`,
    `Insured: ${pick(INSURED)}`,
    `Carrier: ${pick(CARRIERS)}`,
    `Premium: ${between(12, 480) * 100} USD`,
  ].join('\n');
  const more = Array.from({ length: between(1, 7) }, (_, index) =>
    [
      `Schedule ${index + 1}`,
      `Limit ${index + 1}: ${between(1, 20) * 100_000} USD`,
      'The terms apply. '.repeat(30),
    ].join('\n'),
  );
  return { pages: [first, ...more], seconds_per_page: Math.round((0.2 + random()) * 10) / 10 };
}

/** One of them, by its share. */
export function policyTypeBy(random: Random): PolicyType {
  let left = random();
  return POLICY_TYPES.find(({ share }) => (left -= share) < 0) ?? POLICY_TYPES[0];
}
