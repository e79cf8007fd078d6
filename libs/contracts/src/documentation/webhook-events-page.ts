import { INTEGRATION_EVENT_TYPES, readScopeOf, type IntegrationEventType } from '#libs/domain';
import { CONTRACT_VERSIONS } from '../contract-versions.js';

/** A file of this library, `golden/…` or `schemas/…`, as JSON. */
export type ReadContractFile = (path: string) => unknown;

/** `docs/webhook-events.md`: every type that receivers are told of, from its schema and its golden file. */
export function webhookEventsPage(read: ReadContractFile): string {
  return [
    '# What webhooks are told',
    '',
    'Every type of event that an endpoint can subscribe to, with the body of an example. `data` is the object as its `GET`',
    'shows it right after the event. `id` is the same at every endpoint and on every retry; `sequence` numbers the',
    "endpoint's own events from 1 without a gap. How bodies are sent, signed and tried again is in [webhooks.md](webhooks.md).",
    '',
    'The schemas (JSON Schema 2020-12) are files to make types from. A later release may add fields, so receivers ignore',
    'what they do not know; it takes none away and changes none, but gives what is different a new version.',
    '',
    'This page is made from the code: `npm run docs:events`.',
    '',
    ...INTEGRATION_EVENT_TYPES.flatMap((type) => section(type, read)),
  ].join('\n');
}

function section(type: IntegrationEventType, read: ReadContractFile): readonly string[] {
  const file = `${type}.v${CONTRACT_VERSIONS[type]}.json`;
  const { description } = read(`schemas/${file}`) as { readonly description: string };
  return [
    `## ${type}`,
    '',
    `${description} To whom may \`${readScopeOf(type)}\`; schema [${file}](../libs/contracts/schemas/${file}).`,
    '',
    '<!-- prettier-ignore -->',
    '```json',
    JSON.stringify(read(`golden/${file}`), null, 2),
    '```',
    '',
  ];
}
