import { currentSchemaVersion, EVENT_CATALOGUE, type DomainEventType } from '#libs/domain';

/** `docs/events.md`: every type of event that is stored, from the catalogue and its golden files. */
export function eventsPage(goldenData: (type: DomainEventType, version: number) => unknown): string {
  const types = Object.keys(EVENT_CATALOGUE) as readonly DomainEventType[];
  return [
    '# Events',
    '',
    'Every type of event that is stored, with the data of an example. The names and fields are a storage format: a change',
    'of meaning is a new schema version, and every version that was ever written stays readable. `hash` and',
    '`pepper_version` stay inside the process, and so does `secret_id`, which leads to where a signing secret is kept; of',
    '`input` and `result` the log shows the SHA-256 alone; no event holds a secret.',
    '',
    'The metadata of every event: `org_id`, `actor` (`type`, `id`, `name`), `request_id`, `correlation_id`, `causation_id`',
    '(the command), `schema_version`, `occurred_at` (RFC 3339, never before the event ahead of it in its stream),',
    '`reason`, `ip`, `user_agent`.',
    '',
    'Keys live in streams `apiKey-{lineage}`, where the lineage is the first 16 characters of a key id behind `ak_`; jobs in',
    '`job-{id}`, the id without its `job_`; webhook endpoints in `webhook-{id}`, the whole id; policy types in',
    '`policyType-{h}.{type}`, and exports and denied attempts in `audit-{h}`, where `h` are the first 32 hex digits of the',
    'SHA-256 of the organization id.',
    '',
    'This page is made from the code: `npm run docs:events`.',
    '',
    ...types.flatMap((type) => section(type, goldenData)),
  ].join('\n');
}

function section(
  type: DomainEventType,
  goldenData: (type: DomainEventType, version: number) => unknown,
): readonly string[] {
  const { label, description, group, activityType, targetType, isEntry } = EVENT_CATALOGUE[type];
  const version = currentSchemaVersion(type);
  return [
    `## ${type}`,
    '',
    `${label}. ${description}`,
    '',
    `Version ${version}; group \`${group}\`, ${
      isEntry
        ? `activity \`${activityType}\`, target \`${targetType}\``
        : 'in the log of events alone, no entry of the audit log'
    }.`,
    '',
    '<!-- prettier-ignore -->',
    '```json',
    JSON.stringify(goldenData(type, version), null, 2),
    '```',
    '',
  ];
}
