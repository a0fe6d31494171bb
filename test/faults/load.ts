/** A load that is published in pieces, so that there is always something to do when the next fault strikes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../../projector/ports/jobs.js';
import { jobsCollection } from '../../runtime/storage/names.js';
import { Random } from '../../sample/random.js';
import type { Answers } from '../flow/answers.js';
import { event, generated } from '../flow/shop.js';
import type { System } from '../flow/system.js';
import type { PublishedEvent } from '../recomputation-documents.js';
import { until } from '../until.js';

/** The moments of the faults follow from it; how the processes race does not. */
const SEED = process.env.FAULTS_SEED || String(Date.now());

const PIECE_EVENTS = 400;
/** The first one of the namespace. */
const GENERATION = 1;
const CUSTOMERS = 60;
const PRODUCTS = 40;
/** All within the window of 30 days, so that every sale counts. */
const DAYS = 25;
/** There are six events an order at least; the rest is a reserve. */
const EVENTS_PER_ORDER = 5;
const PROGRESS_TIMEOUT_MS = 180_000;
/** A fault comes up to so long after a step that the test can see. */
const MOMENT_MS_MAX = 80;

export class Load {
  readonly random: Random;
  private readonly pieces: PublishedEvent[][] = [];
  private published = 0;

  /** @param pieces how many can be published; `untilMiddle` may take several. */
  constructor(
    private readonly system: System,
    private readonly answers: Answers,
    name: string,
    pieces: number,
  ) {
    process.stderr.write(`faults: ${name} with FAULTS_SEED=${SEED}\n`);
    this.random = new Random(`${SEED}/${name}`);
    const orders = Math.ceil((pieces * PIECE_EVENTS) / EVENTS_PER_ORDER);
    const events = generated({ seed: `${SEED}/${name}`, customers: CUSTOMERS, products: PRODUCTS, orders, days: DAYS });
    for (let from = 0; this.pieces.length < pieces; from += PIECE_EVENTS) {
      this.pieces.push(events.slice(from, from + PIECE_EVENTS));
    }
  }

  /** The next piece, which also changes what most orders show. */
  async publishPiece(): Promise<void> {
    const piece = this.pieces.shift();
    if (piece === undefined) throw new Error('The load is all published: ask for more pieces.');
    this.published += 1;
    const sequence = 1000 + this.published;
    await this.system.publisher.publish([
      ...piece,
      event('customer.updated', 'c-1', sequence, { name: `顾客 ${this.published}` }),
      event('product.updated', 'p-1', sequence, { name: `商品 ${this.published}` }),
    ]);
  }

  /**
   * Publishes the next piece and resolves at a random moment while it is being projected: events are waiting. Where many
   * become durable at one stroke there may be none left at that moment; then it is tried with another piece.
   */
  async untilMiddle(): Promise<void> {
    do {
      await this.publishPiece();
      const left = Math.round(PIECE_EVENTS * (0.3 + 0.5 * this.random.next()));
      await until(
        `${left} events or fewer to be waiting`,
        async () => {
          const waiting = await this.answers.lagEvents();
          return waiting !== null && waiting <= left;
        },
        PROGRESS_TIMEOUT_MS,
      );
      await sleep(this.random.between(0, MOMENT_MS_MAX));
    } while ((await this.waiting()) === 0);
  }

  /** Events that are not yet in all documents, as soon as that can be known. */
  async waiting(): Promise<number> {
    return until(
      'the freshness to be known',
      async () => (await this.answers.lagEvents()) ?? undefined,
      PROGRESS_TIMEOUT_MS,
    );
  }

  jobs(): Promise<Job[]> {
    return this.system.servers.db.collection<Job>(jobsCollection(GENERATION)).find().toArray();
  }
}
