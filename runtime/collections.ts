/** Values by key, in order of first occurrence (Map.groupBy needs Node 21). */
export function groupBy<Key, Value>(values: Iterable<Value>, keyOf: (value: Value) => Key): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

/** Pieces of at most `size`, in order. */
export function piecesOf<Value>(values: readonly Value[], size: number): Value[][] {
  const pieces: Value[][] = [];
  for (let from = 0; from < values.length; from += size) pieces.push(values.slice(from, from + size));
  return pieces;
}
