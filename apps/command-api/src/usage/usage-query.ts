import { toSeconds } from '#libs/domain';
import { GRANULARITIES, isTimeZone, type UsageQuestion } from '#libs/read-models';
import { queryParameter } from '../http/query-parameters.js';
import { QueryProblem, type QueryParameter, type QueryValues } from '../http/query-specification.js';
import { RequestRefused } from '../http/request-refused.js';

export const USAGE_GROUPS = ['policy_type', 'source', 'key_id'] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

const DEFAULT_PERIOD_MS = 30 * 86_400_000;
const LONGEST_ZONE_NAME = 64;

const timeZone: QueryParameter<string> = {
  schema: { type: 'string', default: 'UTC', examples: ['Europe/Berlin'] },
  description: 'Whose hours, days and months: a time zone of the IANA database',
  repeatable: false,
  absent: 'UTC',
  parse: ([name = '']) => {
    if (name.length > LONGEST_ZONE_NAME || !isTimeZone(name)) {
      throw new QueryProblem('must be the name of a time zone of the IANA database, such as Europe/Berlin');
    }
    return name;
  },
};

export const usageQuery = {
  from: queryParameter.time('Start of the period; by itself 30 days before its end'),
  to: queryParameter.time('End of the period, itself not in it; by itself now'),
  granularity: queryParameter.oneOf(GRANULARITIES, { absent: 'day', description: 'What `data` is divided into' }),
  group_by: queryParameter.commaList(USAGE_GROUPS, 'What else `data` is divided by'),
  key_id: queryParameter.text(200, 'Only jobs submitted with this key'),
  timezone: timeZone,
  format: queryParameter.oneOf(['json', 'csv'], { absent: 'json', description: 'CSV has the rows of `data` alone' }),
};

/** The query as a question. @throws RequestRefused 422 for a period without a moment */
export function toUsageQuestion(values: QueryValues<typeof usageQuery>, now: number): UsageQuestion {
  // The second that has begun, whole, so that the answer's `period` asks for the same again.
  const to = values.to ?? (toSeconds(now) + 1) * 1_000;
  const from = values.from ?? to - DEFAULT_PERIOD_MS;
  if (from >= to) throw RequestRefused.field('from', 'must be before `to`');
  const groups = values.group_by ?? [];
  return {
    ...{ from, to, granularity: values.granularity, timeZone: values.timezone, keyId: values.key_id },
    ...{ byPolicyType: groups.includes('policy_type'), byKey: groups.includes('key_id') },
  };
}
