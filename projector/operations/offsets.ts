/** Whether places in the log that an operator names are there. */
import type { LogRange, Position } from '../ports/events.js';

/** A sentence for each that is not; empty when all are. */
export function offsetProblems(
  positions: readonly Position[],
  ranges: ReadonlyMap<string, readonly LogRange[]>,
): readonly string[] {
  const named = new Set<string>();
  return positions.flatMap((position) => {
    const name = `${position.topic}/${position.partition}`;
    const problem = named.has(name) ? `${name} is given more than once.` : problemOf(position, ranges);
    named.add(name);
    return problem === null ? [] : [problem];
  });
}

function problemOf(
  { topic, partition, next }: Position,
  ranges: ReadonlyMap<string, readonly LogRange[]>,
): string | null {
  const own = ranges.get(topic);
  if (own === undefined) return `No topic ${topic} is read here: the topics are ${[...ranges.keys()].join(', ')}.`;
  const range = own.find((other) => other.partition === partition);
  if (range === undefined) return `${topic} has no partition ${partition}: its partitions are 0 to ${own.length - 1}.`;
  return next > range.high ? `${topic}/${partition} ends at offset ${range.high}, before ${next}.` : null;
}
