/** Mistakes that look right, each planted in a copy of the sources: the simulator must find every one. */
import type { Patch } from './variants.js';

export interface PlantedBug {
  readonly name: string;
  /** What it breaks. */
  readonly breaks: string;
  readonly patches: readonly Patch[];
}

const MERGE = 'mappings/aggregates/merge.ts';
const FOLD = 'projector/pipeline/fold.ts';
const RESOLVE = 'projector/pipeline/resolve.ts';
const PUBLISH = 'projector/pipeline/publish.ts';
const LOAD = 'projector/pipeline/load.ts';
const PROJECTION = 'projector/pipeline/projection.ts';
const UNDONE = 'projector/pipeline/undone.ts';
const SWEEP = 'projector/clock/sweep.ts';
const FAN_OUT = 'projector/fan-out/fan-out.ts';
const ASSIGNMENT = 'projector/kafka/assignment.ts';
const PRODUCT_DAYS = 'mappings/rollups/product-days.ts';

const folding: readonly PlantedBug[] = [
  {
    name: 'last arrival wins',
    breaks: 'A register keeps what arrived last, not what comes last in the event order.',
    patches: [
      { file: MERGE, find: '|| !isLater(version, draft.registers.get(register)?.version ?? null)', replace: '' },
    ],
  },
  {
    name: 'returns appended',
    breaks: 'Every return event counts, also the second one of the same return.',
    patches: [
      {
        file: 'mappings/aggregates/orders.ts',
        find: '[RETURN_PREFIX + event.data.returnId]',
        replace: '[RETURN_PREFIX + event.eventId]',
      },
    ],
  },
  {
    name: 'no deduplication',
    breaks: 'An event that was merged is merged again.',
    patches: [{ file: MERGE, find: 'if (known !== undefined) return', replace: 'if (known === null) return' }],
  },
  {
    name: 'ids remembered without positions',
    breaks: 'Whoever waits for an event is told of a place in the log where it never was.',
    patches: [{ file: MERGE, find: 'partition, offset, contentHash', replace: 'partition, offset: -1, contentHash' }],
  },
  {
    name: 'gaps in sequences closed',
    breaks: 'Whoever waits for a sequence is told that it was merged when only its neighbours were.',
    patches: [
      {
        file: 'mappings/aggregates/sequences.ts',
        find: 'after[0] === sequence + 1',
        replace: 'after[0] <= sequence + 2',
      },
    ],
  },
  {
    name: 'conflict ignored',
    breaks: 'A state write that another was ahead of is not repeated: its events are lost.',
    patches: [
      {
        file: FOLD,
        find: 'open = new Map([...open].filter(([id]) => conflicts.has(id)));',
        replace: 'open = new Map();',
      },
    ],
  },
  {
    name: 'conflict answered from the cache',
    breaks: 'A merge that is repeated starts from what was read before the conflict, and never succeeds.',
    patches: [{ file: FOLD, find: '    known = new Map();', replace: '' }],
  },
  {
    name: 'duplicate not rendered',
    breaks: 'The first delivery died before it had published; the second one changes nothing and is skipped.',
    patches: [{ file: FOLD, find: 'merged.records.set(id, before);\n', replace: '\n' }],
  },
  {
    name: 'duplicate not looked up',
    breaks: 'The first delivery died before it had rendered what refers to the aggregate; the second one does not.',
    patches: [
      {
        file: FOLD,
        find: 'if (why === null) touchReferring',
        replace: "if (why === null && outcomes[i] === 'first') touchReferring",
      },
    ],
  },
  {
    name: 'redelivery taken for a first delivery',
    breaks: 'A group is left out because a redelivery makes no difference to it; the first delivery had died.',
    patches: [{ file: FOLD, find: "outcome === 'first')", replace: 'outcome !== null)' }],
  },
  {
    name: 'former groups forgotten',
    breaks: 'An order that moved is still counted where it was.',
    patches: [
      {
        file: 'projector/pipeline/derive.ts',
        find: 'groups.set(rollup, unitedGroups([...ever, ...added]));',
        replace: 'groups.set(rollup, added);',
      },
    ],
  },
  {
    name: 'erasure not awaited',
    breaks: 'The position passes an erasure, and what was set apart of the person stays.',
    patches: [{ file: PROJECTION, find: 'await this.erase(', replace: 'void this.erase(' }],
  },
  {
    name: 'quarantine not awaited',
    breaks: 'The position passes a bad record that was never set apart.',
    patches: [{ file: PROJECTION, find: 'await this.setApart(', replace: 'void this.setApart(' }],
  },
];

const rules: readonly PlantedBug[] = [
  {
    name: 'erasure is only a delete',
    breaks: 'The name of an erased person stays in the documents of their orders.',
    patches: [{ file: 'mappings/aggregates/customers.ts', find: "lifecycle: 'erase'", replace: "lifecycle: 'delete'" }],
  },
  {
    name: 'delete ignored',
    breaks: 'A deleted product stays visible.',
    patches: [
      { file: 'mappings/aggregates/products.ts', find: "lifecycle: 'delete', writes: {}", replace: 'writes: {}' },
    ],
  },
  {
    name: 'tombstone not written',
    breaks: 'The document of a deleted aggregate stays.',
    patches: [{ file: PUBLISH, find: "result.kind === 'unfounded'", replace: "result.kind !== 'visible'" }],
  },
  {
    name: 'window off by a day',
    breaks: 'Sales of the day before the window count.',
    patches: [{ file: PRODUCT_DAYS, find: '1 - WINDOW_DAYS', replace: '-WINDOW_DAYS' }],
  },
  {
    name: 'customers not shown in orders',
    breaks: 'A customer is renamed, and the orders keep the former name.',
    patches: [
      {
        file: 'mappings/views/orders/view.ts',
        find: "showsSequence(event) || writesAny(event, ['name', 'level', 'city'])",
        replace: "showsSequence(event) && writesAny(event, ['name', 'level', 'city'])",
      },
    ],
  },
  {
    name: 'products not shown in customers',
    breaks: 'A product is renamed, and the recent orders of customers keep the former name.',
    patches: [
      {
        file: 'mappings/views/customers/view.ts',
        find: "(type === 'product.updated' && 'name' in data)",
        replace: 'false',
      },
    ],
  },
  {
    name: 'sales do not touch products',
    breaks: 'An order is paid, and the product does not show the sale.',
    patches: [
      { file: 'mappings/views/products/view.ts', find: "{ by: 'rollup', rollup: 'productDays' },", replace: '' },
    ],
  },
];

const tickets: readonly PlantedBug[] = [
  {
    name: 'tickets taken ahead',
    breaks: 'A ticket is older than the merge that it is used for, as when tickets are handed out in blocks.',
    patches: [
      {
        file: PUBLISH,
        find: '() => ports.tickets.next());',
        replace: `async () => {
          const held = (publish.held ??= new WeakMap());
          const ahead = held.get(ports);
          const next = await ports.tickets.next();
          held.set(ports, next);
          return ahead ?? next;
        });`,
      },
    ],
  },
  {
    name: 'ticket after the reads',
    breaks: 'What was read earlier is written with a higher ticket.',
    patches: [
      {
        file: PUBLISH,
        find: "const ticket = await timed(stages, 'ticket', () => ports.tickets.next());",
        replace: '',
      },
      {
        file: PUBLISH,
        find: "const targets = await timed(stages, 'targets', () => ports.targets.current());",
        replace: 'const targets = await ports.targets.current(); const ticket = await ports.tickets.next();',
      },
    ],
  },
  {
    name: 'one ticket for rollups and documents',
    breaks: 'A document with an older ticket reads a rollup that was written after another document took a higher one.',
    patches: [
      {
        file: RESOLVE,
        find: 'const ticket = await ports.tickets.next();',
        replace: 'const ticket = await ports.tickets.next(); ports.cache.reused = ticket;',
      },
      {
        file: PUBLISH,
        find: '() => ports.tickets.next());',
        replace: `async () => {
          const { reused } = ports.cache;
          ports.cache.reused = undefined;
          return reused ?? ports.tickets.next();
        });`,
      },
    ],
  },
  {
    name: 'members read before the ticket',
    breaks: 'An older sum is written with a higher ticket.',
    patches: [
      { file: RESOLVE, find: 'const ticket = await ports.tickets.next();\n', replace: '' },
      {
        file: RESOLVE,
        find: 'await ports.rollups.write(name, ticket, summaries);',
        replace: 'await ports.rollups.write(name, await ports.tickets.next(), summaries);',
      },
    ],
  },
  {
    name: 'day remembered',
    breaks: 'A process renders for the day on which it began.',
    patches: [{ file: PUBLISH, find: 'const today = dayOf(', replace: 'const today = ports.cache.today ??= dayOf(' }],
  },
  {
    name: 'own state rendered',
    breaks: 'What this process has written last is rendered, though another has written since.',
    patches: [{ file: LOAD, find: 'versions.get(id) === record.version', replace: 'versions.has(id)' }],
  },
  {
    name: 'equal write skipped',
    breaks: 'A document that looks like the one sent before is not sent: an older one in between stays.',
    patches: [
      {
        file: PUBLISH,
        find: 'const published = await timed(ports.stages, `publish',
        replace: `const sent = (publish.sent ??= new WeakMap());
          if (!sent.has(ports)) sent.set(ports, new Map());
          const texts = sent.get(ports);
          documents = [...documents].filter(({ id, stored }) => {
            const isEqual = texts.get(target.view + id) === JSON.stringify(stored);
            texts.set(target.view + id, JSON.stringify(stored));
            return !isEqual;
          });
          if (documents.length === 0) return;
          const published = await timed(ports.stages, \`publish`,
      },
    ],
  },
  {
    name: 'look-up older than the merge',
    breaks: 'What refers to an aggregate is remembered from an earlier event: an order that came since is left out.',
    patches: [
      {
        file: RESOLVE,
        find: 'const all = await aggregates.referring(reference, ids, togetherMax + 1);',
        replace: `const held = (referringWithin.held ??= new WeakMap());
          if (!held.has(aggregates)) held.set(aggregates, new Map());
          const known = held.get(aggregates);
          const key = reference + ids.join();
          const all = known.get(key) ?? (await aggregates.referring(reference, ids, togetherMax + 1));
          known.set(key, all);`,
      },
    ],
  },
  {
    name: 'unchanged rollup ends the chain',
    breaks: 'The rollup was written by one who died before the document; the redelivery finds it unchanged and stops.',
    patches: [
      {
        file: RESOLVE,
        find: 'await ports.rollups.write(name, ticket, summaries);',
        replace: `ports.cache.unchanged ??= new Set();
          const known = await ports.rollups.read(name, groups.map(({ owner }) => owner), null);
          for (const { group: { owner, period }, summary } of summaries) {
            const group = owner + ',' + period;
            const stored = known.get(owner)?.find((one) => one.period === period)?.summary;
            if (JSON.stringify(stored) === JSON.stringify(summary)) ports.cache.unchanged.add(name + group);
            else ports.cache.unchanged.delete(name + group);
          }
          await ports.rollups.write(name, ticket, summaries);`,
      },
      {
        file: RESOLVE,
        find: 'for (const { owner } of groups.values()) documents.add(',
        replace: `for (const [group, { owner }] of groups)
          if (!ports.cache.unchanged?.has(rollup + group)) documents.add(`,
      },
    ],
  },
  {
    name: 'superseded is a failure',
    breaks: 'The projector ends when another one was ahead.',
    patches: [
      {
        file: PUBLISH,
        find: 'ports.stages.count(target.view, published);',
        replace: "if (published.superseded > 0) throw new Error('superseded');",
      },
    ],
  },
  {
    name: 'failed write taken as done',
    breaks: 'A store was away, and the position goes on.',
    patches: [
      {
        file: PUBLISH,
        find: 'ports.documents.publish(target, ticket, documents, signal),',
        replace: 'ports.documents.publish(target, ticket, documents).catch(() => ({ superseded: 0 })),',
      },
    ],
  },
];

const positions: readonly PlantedBug[] = [
  {
    name: 'commit before publish',
    breaks: 'A process dies with positions durable and documents not.',
    patches: [
      { file: PROJECTION, find: 'this.undone.done(batches, parts.size)', replace: 'this.undone.done(batches, 0)' },
    ],
  },
  {
    name: 'commit after the first store',
    breaks: 'Positions advance when one store has its documents and the other one has not.',
    patches: [
      {
        file: PROJECTION,
        find: 'this.undone.done(batches, parts.size)',
        replace: 'this.undone.done(batches, Math.min(1, parts.size))',
      },
    ],
  },
  {
    name: 'positions overtake',
    breaks: 'A later batch is done first, and its positions cover an earlier one that is not.',
    patches: [
      {
        file: UNDONE,
        find: 'this.batches.splice(0, unfinished === -1 ? this.batches.length : unfinished)',
        replace:
          'this.batches.splice(this.batches.at(-1)?.stepsLeft === 0 ? this.batches.length - 1 : 0, unfinished === -1 ? this.batches.length : this.batches.at(-1)?.stepsLeft === 0 ? 1 : unfinished)',
      },
    ],
  },
  {
    name: 'commit of a former assignment',
    breaks: 'Positions are committed of partitions that others hold by now.',
    patches: [
      {
        file: ASSIGNMENT,
        find: 'if (!this.has(topic, partition)) continue;\n      if ((this.durable',
        replace: 'if ((this.durable',
      },
    ],
  },
  {
    name: 'offset moved back',
    breaks: 'A late commit of a partition that was lost and held again moves the offset of the group back.',
    patches: [{ file: ASSIGNMENT, find: 'if ((this.durable.get(name)?.next ?? -1) >= next) continue;', replace: '' }],
  },
];

const background: readonly PlantedBug[] = [
  {
    name: 'day marked before its sweep',
    breaks: 'A process dies in a sweep, and nobody goes on with it.',
    patches: [
      {
        file: SWEEP,
        find: 'const owners = await this.sweepRollups(before, today);',
        replace: 'await day.advance(today); const owners = await this.sweepRollups(before, today);',
      },
    ],
  },
  {
    name: 'sweep marked though another took over',
    breaks: 'A sweep that was left half done counts as done.',
    patches: [{ file: SWEEP, find: 'if (owners === null) return;', replace: '' }],
  },
  {
    name: 'days that leave the window not swept',
    breaks: 'Sales of a day that has left the window still count.',
    patches: [{ file: PRODUCT_DAYS, find: 'from: windowStart(before)', replace: 'from: windowStart(today)' }],
  },
  {
    name: 'no job above the limit',
    breaks: 'Too many orders refer to a product, and none of them is rendered.',
    patches: [{ file: RESOLVE, find: 'if (jobs.length > 0)', replace: 'if (jobs.length > 99)' }],
  },
  {
    name: 'job deleted early',
    breaks: 'A job is removed when it begins; the process dies, and the rest is never done.',
    patches: [
      {
        file: FAN_OUT,
        find: 'const touch = ruleOf(job);',
        replace: 'const touch = ruleOf(job); await patience.until(() => jobs.finish(job));',
      },
    ],
  },
  {
    name: 'cursor before the chunk',
    breaks: 'The cursor moves, the process dies, and the chunk is never written.',
    patches: [
      {
        file: FAN_OUT,
        find: 'this.stopping ? null : this.chunk(touch, chunk, customers)',
        replace: 'this.stopping ? null : 0',
      },
      {
        file: FAN_OUT,
        find: "return patience.until(() => jobs.advance(job, chunk.at(-1)?.orderId ?? '', documents, leasedUntil));",
        replace: `const goesOn = await patience.until(() =>
          jobs.advance(job, chunk.at(-1)?.orderId ?? '', documents, leasedUntil));
          await this.chunk(touch, chunk, customers);
          return goesOn;`,
      },
    ],
  },
  {
    name: 'job generation reused',
    breaks: 'A zombie ends a later job of the same key, which it takes for its own.',
    patches: [
      {
        file: 'test/memory/jobs.ts',
        find: 'const fresh = { generation, cursor',
        replace: 'const fresh = { generation: 1, cursor',
      },
    ],
  },
  {
    name: 'running job just goes on',
    breaks: 'A change that comes while a job runs does not reach the orders before its cursor.',
    patches: [{ file: 'test/memory/jobs.ts', find: 'again: true }', replace: 'again: false }' }],
  },
];

const announcements: readonly PlantedBug[] = [
  {
    name: 'announced after the commit',
    breaks: 'A process dies with positions durable, and nobody ever hears of the documents.',
    patches: [
      {
        file: PUBLISH,
        find: 'const [part] = await Promise.all([published.next(), announced]);',
        replace: 'const part = await published.next(); if (part.done !== true) await announced;',
      },
    ],
  },
  {
    name: 'announced before the write',
    breaks: 'Who hears of a document reads the former version, and takes it for the last one.',
    patches: [
      {
        file: PUBLISH,
        find: "const targets = await timed(stages, 'targets', () => ports.targets.current());",
        replace: `for (const [view, ids] of rendering) {
          const documents = [...render(view, ids, loaded, { ...ports.settings, today }, unfounded)];
          await ports.changes.announce(changesOf(view, ticket, loaded, documents.map(({ id }) => id)));
        }
        const targets = await ports.targets.current();`,
      },
    ],
  },
  {
    name: 'announced under a ticket of its own',
    breaks: 'A version that was superseded is announced as newer than the one that is there.',
    patches: [
      {
        file: PUBLISH,
        find: 'ports.changes.announce(changes)));',
        replace: `(async () => {
          const ticket = await ports.tickets.next();
          await ports.changes.announce(changes.map((change) => ({ ...change, ticket })));
        })()));`,
      },
    ],
  },
  {
    name: 'failed announcement taken as done',
    breaks: 'Kafka was away, and nobody ever hears of the documents.',
    patches: [
      {
        file: PUBLISH,
        find: 'ports.changes.announce(changes)));',
        replace: 'ports.changes.announce(changes).catch(() => {})));',
      },
    ],
  },
  {
    name: 'fan-out not announced',
    breaks: 'A job moves on past documents that nobody hears of.',
    patches: [
      {
        file: FAN_OUT,
        find: 'await publishAll(ports, patience, chunksOf',
        replace: 'await publishAll({ ...ports, changes: { announce: async () => {} } }, patience, chunksOf',
      },
    ],
  },
];

export const plantedBugs: readonly PlantedBug[] = [
  ...folding,
  ...rules,
  ...tickets,
  ...positions,
  ...background,
  ...announcements,
];
