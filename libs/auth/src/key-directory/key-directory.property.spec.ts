import fc from 'fast-check';
import type { StoredEvent } from '#libs/event-store';
import { DirectoryScenario } from '../testing/directory-scenario.js';
import type { LineageAct } from '../testing/key-lineage.js';
import { settle } from '../testing/stepped-event-store.js';

const LINEAGES = 3;
const ACTS: LineageAct[] = ['revoke', 'suspend', 'reactivate', 'rotate', 'rotate with grace', 'delete', 'rename'];

const lineage = fc.nat(LINEAGES - 1);
const step = fc.oneof(
  fc.record({ kind: fc.constant('ask' as const), lineage, key: fc.nat(3) }),
  fc.record({ kind: fc.constant('act' as const), lineage, act: fc.constantFrom(...ACTS), isOurs: fc.boolean() }),
  fc.record({ kind: fc.constant('deliver' as const), places: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('apply' as const), index: fc.nat(5) }),
  fc.record({ kind: fc.constant('finishRead' as const), index: fc.nat(3) }),
);

it('never answers with what was so before an event that had passed, whatever races with whatever', async () => {
  let [asked, accepted] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const node = new DirectoryScenario(LINEAGES);
      const notApplied: (readonly StoredEvent[])[] = [];
      await node.start();
      for (const act of steps) {
        const target = 'lineage' in act ? node.lineages[act.lineage] : undefined;
        if (act.kind === 'deliver') await node.deliver(act.places);
        else if (act.kind === 'finishRead') node.store.finishRead(act.index);
        else if (act.kind === 'apply') notApplied.splice(act.index, 1).forEach((events) => node.apply(events));
        else if (target !== undefined && act.kind === 'ask') {
          node.store.holdsReads = true;
          node.ask(target, target.keyIds[act.key] ?? target.firstKeyId);
        } else if (target !== undefined && act.kind === 'act') {
          node.store.holdsReads = false;
          const events = target.keyIds.length === 0 ? await target.create() : await target.act(act.act);
          if (act.isOurs) notApplied.push(events);
        }
        await settle();
        node.store.holdsReads = true;
      }
      const answers = await node.finish();
      for (const { code, allowed } of answers) expect(allowed).toContain(code);
      for (const { code, allowed } of await node.agreement()) expect([code]).toEqual(allowed);
      // A command that is late with its events, when they have long come by the log, brings nothing back.
      notApplied.forEach((events) => node.apply(events));
      for (const { code, allowed } of await node.agreement()) expect([code]).toEqual(allowed);
      await node.stop();
      asked += answers.length;
      accepted += answers.filter(({ code }) => code === 'valid').length;
    }),
    { numRuns: 200 },
  );
  // The property must not hold for want of questions.
  expect(accepted).toBeGreaterThan(20);
  expect(asked).toBeGreaterThan(accepted);
});
