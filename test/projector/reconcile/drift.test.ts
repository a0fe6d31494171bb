/** What is in flight is never taken for drift, and drift is never taken for what is in flight. */
import { describe, expect, it } from 'vitest';
import { proveDrift } from '../../../projector/reconcile/drift.js';

interface Look {
  readonly ticket: number;
}

/** `looks`: what each further look finds wrong. */
function prove(first: Record<string, Look>, looks: readonly Record<string, Look>[], settles = true) {
  const left = [...looks];
  return proveDrift<Look>(
    {
      look: async (names) => new Map(Object.entries(left.shift() ?? {}).filter(([name]) => names.includes(name))),
      wasWritten: (before, now) => before.ticket !== now.ticket,
      settle: async () => settles,
    },
    new Map(Object.entries(first)),
    5,
  );
}

describe('a suspect', () => {
  it('is cleared when it is right at the next look', async () => {
    expect(await prove({ a: { ticket: 1 } }, [{}])).toEqual({ drifted: new Map(), undecided: [] });
  });

  it('has drifted when nobody has written it though everything was done', async () => {
    const { drifted, undecided } = await prove({ a: { ticket: 1 }, b: { ticket: 1 } }, [{ a: { ticket: 1 } }]);
    expect([...drifted.keys()]).toEqual(['a']);
    expect(undecided).toEqual([]);
  });

  it('that was written meanwhile is looked at anew', async () => {
    const written = await prove({ a: { ticket: 1 } }, [{ a: { ticket: 2 } }, {}]);
    expect(written).toEqual({ drifted: new Map(), undecided: [] });
    const spoilt = await prove({ a: { ticket: 1 } }, [{ a: { ticket: 2 } }, { a: { ticket: 2 } }]);
    expect([...spoilt.drifted.keys()]).toEqual(['a']);
  });

  it('that changes whenever it is looked at is left undecided', async () => {
    const always = Array.from({ length: 9 }, (_, i) => ({ a: { ticket: 2 + i } }));
    expect(await prove({ a: { ticket: 1 } }, always)).toEqual({ drifted: new Map(), undecided: ['a'] });
  });

  it('is left undecided while events wait', async () => {
    expect(await prove({ a: { ticket: 1 } }, [], false)).toEqual({ drifted: new Map(), undecided: ['a'] });
  });
});
