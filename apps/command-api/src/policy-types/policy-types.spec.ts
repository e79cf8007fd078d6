import type { PolicyTypeEvent } from '#libs/domain';
import { InMemoryEventStore, type StreamRead } from '#libs/event-store';
import { recorded } from '#libs/testing';
import { streamOfPolicyType } from './policy-type-streams.js';
import { PolicyTypes } from './policy-types.js';

const facts = {
  ...{ policy_type: 'auto', title: 'Auto', input_schema: null, result_schema: null },
  defaults: { priority: 5, max_attempts: 3 },
};
const created: PolicyTypeEvent = { type: 'policy_type.created', data: facts };
const retitled = (title: string): PolicyTypeEvent => ({
  type: 'policy_type.updated',
  data: { ...facts, title, changes: [{ field: 'title', before: 'Auto', after: title }] },
});

class Log {
  readonly store = new InMemoryEventStore();
  readonly reads: (StreamRead | undefined)[] = [];
  readonly types = new PolicyTypes({
    readStream: (stream, read) => {
      this.reads.push(read);
      return this.store.readStream(stream, read);
    },
  });
  #revision = -1;

  async append(event: PolicyTypeEvent, orgId = 'org_a', stream = 'auto'): Promise<void> {
    const stored = { id: crypto.randomUUID(), ...recorded(event, { org_id: orgId }) };
    await this.store.append(streamOfPolicyType('org_a', stream) ?? '', this.#revision++, [stored]);
  }
}

it('finds a type as soon as it is in the log, and again after each change', async () => {
  const log = new Log();
  expect(await log.types.find('org_a', 'auto')).toBeNull();
  await log.append(created);
  expect(await log.types.find('org_a', 'auto')).toMatchObject({ type: 'auto', title: 'Auto' });
  await log.append(retitled('New'));
  await log.append(retitled('Newer'));
  expect(await log.types.find('org_a', 'auto')).toMatchObject({ title: 'Newer' });
});

it('hands out the same object, for one look at the log, while there is nothing new', async () => {
  const log = new Log();
  await log.append(created);
  const first = await log.types.find('org_a', 'auto');
  log.reads.length = 0;
  expect(await log.types.find('org_a', 'auto')).toBe(first);
  expect(log.reads).toEqual([{ from: 1, limit: 1 }]);
});

it('finds nothing of another organization, and asks the log for nothing that cannot be a type', async () => {
  const log = new Log();
  await log.append(created);
  expect(await log.types.find('org_b', 'auto')).toBeNull();
  log.reads.length = 0;
  for (const type of ['', 'Auto', 'a/b', 'x'.repeat(65), '__proto__!'])
    expect(await log.types.find('org_a', type)).toBeNull();
  expect(log.reads).toEqual([]);
});

it('takes no word of another organization’s that stands in the stream', async () => {
  const log = new Log();
  await log.append(created, 'org_b');
  expect(await log.types.find('org_a', 'auto')).toBeNull();
});
