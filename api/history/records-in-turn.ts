/**
 * Records at places, read for few callers at a time: each place may bring a whole batch with it, which a producer has
 * compressed a thousandfold. Turns are fair: whoever asks much waits for itself.
 */
import type { LogPlace } from '../../mappings/aggregates/state.js';
import type { RawRecord } from '../../mappings/events/event.js';
import { FairTurns } from '../fairness/fair-turns.js';
import { CallerGone } from '../ports/errors.js';
import type { RecordSource, Searcher } from '../ports/history.js';
import { SearchesCrowded } from './aggregate-log.js';

/** Questions that are read for at a time, one of them for each caller. */
export const PLACE_READINGS_MAX = 2;
/** Of those that wait for their turn. */
const PLACE_QUEUE_MAX = 64;
/** As long as reading may take: whoever reads just before has given up by then, too. */
const PLACE_WAIT_MS = 3_000;

export class RecordsInTurn implements RecordSource {
  readonly withKey: RecordSource['withKey'];
  readonly #records: RecordSource;
  readonly #turns: FairTurns;

  /** `callerSharePercent`: as in `FairTurns`. */
  constructor(records: RecordSource, callerSharePercent: number) {
    this.#records = records;
    this.#turns = new FairTurns({ turnsMax: PLACE_READINGS_MAX, placesMax: PLACE_QUEUE_MAX, callerSharePercent });
    this.withKey = records.withKey.bind(records);
  }

  /** @throws LogUnavailable, SearchesCrowded when no turn comes in time, CallerGone */
  async at(places: readonly LogPlace[], searcher: Searcher): Promise<readonly (RawRecord | null)[]> {
    if (places.length === 0) return [];
    const leave = await this.#turn(searcher);
    try {
      return await this.#records.at(places, searcher);
    } finally {
      leave();
    }
  }

  #turn({ caller, signal }: Searcher): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const refuse = (error: Error) => {
        settle();
        withdraw?.();
        reject(error);
      };
      const gone = () => refuse(new CallerGone());
      const crowded = () => refuse(new SearchesCrowded('As many read events in Kafka as may at a time.'));
      const timer = setTimeout(crowded, PLACE_WAIT_MS);
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
      };
      signal.addEventListener('abort', gone, { once: true });
      const withdraw = this.#turns.ask(caller, (leave) => {
        settle();
        resolve(leave);
      });
      if (withdraw === null) crowded();
      else if (signal.aborted) gone();
    });
  }
}
