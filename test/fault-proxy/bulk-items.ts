/** Taking documents out of a bulk request, and putting outcomes for them into its answer. */

export interface Rejection {
  /** Places of documents in the request; others than there are have no effect. */
  readonly places: readonly number[];
  readonly status: number;
  readonly type: string;
}

export interface RejectedItems {
  /** The request without these documents. */
  readonly forwarded: string;
  /** Makes the answer to the whole request out of the answer to the forwarded one. */
  complete(answer: string): string;
}

/** For requests of `index` operations only: two lines each. At least one document must be left. */
export function rejectItems(body: string, { places, status, type }: Rejection): RejectedItems {
  const lines = body.trimEnd().split('\n');
  const count = lines.length / 2;
  const isRejected = (place: number) => places.includes(place);
  return {
    forwarded: `${lines.filter((_, line) => !isRejected(Math.floor(line / 2))).join('\n')}\n`,
    complete(answer) {
      const { items } = JSON.parse(answer) as { items: unknown[] };
      const kept = items[Symbol.iterator]();
      const all = Array.from({ length: count }, (_, place) =>
        isRejected(place)
          ? { index: { status, error: { type, reason: 'rejected by the fault proxy' } } }
          : kept.next().value,
      );
      return JSON.stringify({ errors: true, items: all });
    },
  };
}
