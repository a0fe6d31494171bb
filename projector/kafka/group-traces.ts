import type { Admin } from 'kafkajs';
import type { GenerationTraces } from '../ports/generations.js';

/** The generations that consumer groups tell of. */
export function groupTraces(admin: Admin, namespace: string): GenerationTraces {
  return {
    async numbers() {
      const { groups } = await admin.listGroups();
      const prefix = `${namespace}.g`;
      return groups.flatMap(({ groupId }) => {
        const number = Number(groupId.startsWith(prefix) ? groupId.slice(prefix.length) : Number.NaN);
        return Number.isInteger(number) ? [number] : [];
      });
    },
  };
}
