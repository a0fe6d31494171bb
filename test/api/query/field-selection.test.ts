import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pathsOf, project, selectionOf } from '../../../api/query/field-selection.js';

describe('a selection of fields', () => {
  it('takes the named parts, of each element of a list', () => {
    const document = { id: 'x', a: { b: 1, c: 2 }, list: [{ d: 3, e: 4 }, { d: 5 }], map: { 'x.y': 6 } };
    expect(project(document, selectionOf(['id', 'a.b', 'list.d', 'map']))).toEqual({
      id: 'x',
      a: { b: 1 },
      list: [{ d: 3 }, { d: 5 }],
      map: { 'x.y': 6 },
    });
  });

  it('takes all of a parent, in whatever order parent and field are named', () => {
    expect(selectionOf(['a.b', 'a'])).toEqual({ a: true });
    expect(selectionOf(['a', 'a.b'])).toEqual({ a: true });
  });

  it('keeps null and empty lists', () => {
    expect(project({ a: null, list: [] }, selectionOf(['a.b', 'list.c']))).toEqual({ a: null, list: [] });
  });

  it('keeps free keys of maps, whatever their name', () => {
    const document = JSON.parse('{"sources": {"__proto__": 1, "constructor": 2}, "other": 3}');
    expect(JSON.stringify(project(document, selectionOf(['sources'])))).toBe(
      '{"sources":{"__proto__":1,"constructor":2}}',
    );
  });

  it('lists every path that may be named', () => {
    const leaf = z.string().nullable();
    const inner = z.object({ e: z.record(z.string(), leaf) });
    const fields = z.object({ a: leaf, b: z.object({ c: leaf, d: z.array(inner.readonly()).readonly() }).nullable() });
    expect(pathsOf(fields)).toEqual(['a', 'b', 'b.c', 'b.d', 'b.d.e']);
  });
});
