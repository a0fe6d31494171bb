import type { PublishedEvent, Topic } from '../recomputation-documents.js';

const STEP_MS = 1_000;

/** What one event may say otherwise than the history it is in. */
export interface EventOptions {
  /** RFC 3339. Absent: a second after the event before. */
  readonly time?: string;
  /** `null`: the event has none. Absent: one more than the aggregate's event before. */
  readonly sequence?: number | null;
  readonly id?: string;
}

/**
 * A writer of events that happen one after another, from a moment on (RFC 3339): each a second after the one before,
 * numbered by its aggregate. The type names the topic: `order.placed` goes to `orders`.
 */
export function history(
  from: string,
): (type: string, id: string, data?: object, options?: EventOptions) => PublishedEvent {
  const sequences = new Map<string, number>();
  let written = 0;
  return (type, subject, data, options = {}) => {
    const topic = `${type.split('.')[0]}s` as Topic;
    const next = (sequences.get(`${topic}/${subject}`) ?? 0) + 1;
    const sequence = options.sequence === undefined ? next : options.sequence;
    sequences.set(`${topic}/${subject}`, sequence ?? next - 1);
    written += 1;
    return {
      topic,
      event: {
        id: options.id ?? `e-${written}`,
        type,
        subject,
        time: options.time ?? new Date(Date.parse(from) + written * STEP_MS).toISOString(),
        ...(sequence === null ? {} : { sequence: String(sequence) }),
        data: data ?? {},
      },
    };
  };
}
