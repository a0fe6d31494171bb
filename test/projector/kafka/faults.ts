/** Faults planted in kafkajs itself. */
import { createRequire } from 'node:module';

interface ConsumerGroup {
  readonly topicsSubscribed: readonly string[];
  fetch(nodeId: string): Promise<object[]>;
}

const load = createRequire(import.meta.url);

export interface Fault {
  remove(): void;
}

/** For the consumers of one topic: `strike` is asked instead of the broker, and may ask it after all. */
export function plantInFetch(
  topic: string,
  strike: (fetch: () => Promise<object[]>, group: ConsumerGroup) => Promise<object[]>,
): Fault {
  const { prototype } = load('kafkajs/src/consumer/consumerGroup.js') as { prototype: ConsumerGroup };
  const whole = prototype.fetch;
  prototype.fetch = function (this: ConsumerGroup, nodeId) {
    const fetch = () => whole.call(this, nodeId);
    if (!this.topicsSubscribed.includes(topic)) return fetch();
    return strike(fetch, this);
  };
  return {
    remove: () => {
      prototype.fetch = whole;
    },
  };
}

/** The next so many commits of offsets fail. */
export function plantInCommits(failures: number): Fault & { left(): number } {
  const { prototype } = load('kafkajs/src/consumer/offsetManager/index.js') as {
    prototype: { commitOffsets(offsets: object): Promise<void> };
  };
  const whole = prototype.commitOffsets;
  let left = failures;
  prototype.commitOffsets = async function (offsets) {
    if (left === 0) return whole.call(this, offsets);
    left -= 1;
    throw new Error('The commit failed: planted.');
  };
  return {
    left: () => left,
    remove: () => {
      prototype.commitOffsets = whole;
    },
  };
}
