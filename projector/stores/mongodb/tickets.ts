import type { Db } from 'mongodb';
import { ticketsCollection } from '../../../runtime/names.js';
import type { Ticket, TicketCounter, TicketLevel } from '../../ports.js';
import { withMongo } from './connection.js';

const COUNTER = 'ticket';

interface CounterDocument {
  readonly _id: string;
  readonly last: number;
}

/** One document per generation. Created with the generation: a missing one means that the store was wiped. */
export class MongoTicketCounter implements TicketCounter, TicketLevel {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  async next(): Promise<Ticket> {
    const counter = await withMongo('take a ticket', () =>
      this.collection().findOneAndUpdate({ _id: COUNTER }, { $inc: { last: 1 } }, { returnDocument: 'after' }),
    );
    if (counter === null) {
      throw new Error(
        `The ticket counter of generation ${this.generation} is gone: MongoDB lost data. Start the projector with ` +
          '--new-generation to build everything anew from Kafka.',
      );
    }
    return counter.last as Ticket;
  }

  async last(): Promise<number> {
    const counter = await withMongo('read the last ticket', () => this.collection().findOne({ _id: COUNTER }));
    return counter?.last ?? 0;
  }

  async raise(above: number): Promise<void> {
    await withMongo('raise the ticket counter', () =>
      this.collection().updateOne({ _id: COUNTER }, { $max: { last: above } }),
    );
  }

  /** Safe to repeat; an existing counter keeps its number. */
  async create(): Promise<void> {
    await this.collection().updateOne({ _id: COUNTER }, { $setOnInsert: { last: 0 } }, { upsert: true });
  }

  async exists(): Promise<boolean> {
    return (await this.collection().findOne({ _id: COUNTER })) !== null;
  }

  private collection() {
    return this.db.collection<CounterDocument>(ticketsCollection(this.generation));
  }
}
