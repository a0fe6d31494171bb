import type { Db } from 'mongodb';
import { shapeOf } from '../../../mappings/definition.js';
import { REGISTRY_COLLECTION, ticketsCollection } from '../../../runtime/storage/names.js';
import type { RegistryRecord } from '../../../runtime/storage/records.js';
import { OtherShape, SHAPE } from '../../../runtime/storage/shape.js';
import type { Ticket, TicketCounter, TicketLevel } from '../../ports/tickets.js';
import { withMongo } from './connection.js';

const COUNTER = 'ticket';

interface CounterDocument {
  readonly _id: string;
  readonly last: number;
  /** Of the documents that the tickets are for; absent in counters of before it was recorded. */
  readonly shape?: string;
}

/**
 * One document per generation. Created with the generation: a missing one means that the store was wiped. Tickets are
 * given, in the very increment, to processes only that write documents of the generation's shape: without a ticket
 * nothing is written.
 */
export class MongoTicketCounter implements TicketCounter, TicketLevel {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
    private readonly shape: string = SHAPE,
  ) {}

  async next(): Promise<Ticket> {
    for (;;) {
      const counter = await withMongo('take a ticket', () =>
        this.collection().findOneAndUpdate(
          { _id: COUNTER, shape: this.shape },
          { $inc: { last: 1 } },
          { returnDocument: 'after' },
        ),
      );
      if (counter !== null) return counter.last as Ticket;
      await this.explain();
    }
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

  /** Safe to repeat; an existing counter keeps its number and its shape. */
  async create(): Promise<void> {
    await withMongo('create the ticket counter', () =>
      this.collection().updateOne({ _id: COUNTER }, { $setOnInsert: { last: 0, shape: this.shape } }, { upsert: true }),
    );
  }

  async exists(): Promise<boolean> {
    return (await this.collection().findOne({ _id: COUNTER })) !== null;
  }

  /** Why no ticket was given. Returns when one will be: a counter without a shape has got that of its generation. */
  private async explain(): Promise<void> {
    const counter = await withMongo('look for the ticket counter', () => this.collection().findOne({ _id: COUNTER }));
    if (counter === null) {
      throw new Error(
        `The ticket counter of generation ${this.generation} is gone: MongoDB lost data. Start the projector with ` +
          '--new-generation to build everything anew from Kafka.',
      );
    }
    if (counter.shape !== undefined && counter.shape !== this.shape) throw new OtherShape({ number: this.generation });
    if (counter.shape !== undefined) return;
    const shape = await this.registeredShape();
    await withMongo('note the shape of the documents', () =>
      this.collection().updateOne({ _id: COUNTER, shape: { $exists: false } }, { $set: { shape } }),
    );
  }

  private async registeredShape(): Promise<string> {
    const registry = await withMongo('read the registry', () =>
      this.db.collection<RegistryRecord>(REGISTRY_COLLECTION).findOne({ _id: 'registry' }),
    );
    const definitions = registry?.generations.find(({ number }) => number === this.generation)?.definitions;
    return definitions === undefined ? this.shape : shapeOf(definitions);
  }

  private collection() {
    return this.db.collection<CounterDocument>(ticketsCollection(this.generation));
  }
}
