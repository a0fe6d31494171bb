import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { group, groupOfText, ownersOf, textOfGroup, unitedGroups } from '../../../mappings/rollups/group.js';

const owners = fc.oneof(
  fc.constantFrom('', ',', ',,', 'SF', 'SF, Express', 'SF,2026-11', 'a,2026-11', '__proto__', '客户.3$'),
  fc.string({ unit: 'binary' }),
);
const periods = fc.constantFrom('2026-11', '2026-11-01', '2026-12', '+010000-01', '0001-01');
const groups = fc.tuple(owners, periods).map(([owner, period]) => group(owner, period));

describe('a group', () => {
  it('is its text and back, whatever its owner is called', () => {
    fc.assert(
      fc.property(groups, (one) => {
        expect(groupOfText(textOfGroup(one))).toEqual(one);
      }),
    );
  });

  it('has a text that no other one has', () => {
    fc.assert(
      fc.property(groups, groups, (a, b) => {
        const isSame = a.owner === b.owner && a.period === b.period;
        expect(textOfGroup(a) === textOfGroup(b)).toBe(isSame);
      }),
    );
  });

  it('has no comma in its period, and is read from no text without one', () => {
    expect(() => group('c-1', '2026,11')).toThrow(TypeError);
    expect(() => groupOfText('c-1')).toThrow(TypeError);
  });
});

describe('groups together', () => {
  it('stand once each, in the order of their texts', () => {
    fc.assert(
      fc.property(fc.array(groups), (all) => {
        const texts = unitedGroups([...all, ...all]).map(textOfGroup);
        expect(texts).toEqual([...new Set(all.map(textOfGroup))].sort());
      }),
    );
  });

  it('have each owner once', () => {
    expect(ownersOf([])).toEqual([]);
    expect(ownersOf([group('SF, Express', '2026-11')])).toEqual(['SF, Express']);
    expect(ownersOf([group('SF', '2026-11'), group('SF, Express', '2026-11'), group('SF', '2026-12')])).toEqual([
      'SF',
      'SF, Express',
    ]);
  });

  it('are read from texts by what stores them and what names findings only', () => {
    const files = ['mappings', 'projector', 'api', 'runtime', 'bench'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
    );
    const reading = files.filter((file) => file.endsWith('.ts') && readFileSync(file, 'utf8').includes('groupOfText'));
    expect(reading.sort()).toEqual([
      'mappings/rollups/group.ts',
      'projector/reconcile/rollups.ts',
      'runtime/storage/state-codec.ts',
    ]);
  });
});
