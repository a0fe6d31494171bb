/** Every type of the contract, older shapes among them. */
import type { z } from 'zod';
import { customerEvents, customerUpcasters } from './customers.js';
import type { AggregateName, EventType } from './event.js';
import { orderEvents, orderUpcasters } from './orders.js';
import { productEvents } from './products.js';
import type { Upcaster } from './upcaster.js';

/** The present types of each aggregate. */
export const eventTypes: Readonly<Record<AggregateName, readonly EventType[]>> = {
  customers: typesOf(customerEvents),
  products: typesOf(productEvents),
  orders: typesOf(orderEvents),
};

/** The older shapes that are still understood. */
export const upcasters: readonly Upcaster[] = [...customerUpcasters, ...orderUpcasters];

/** How the data of a type, as it is named in the envelope, is read. */
export interface Shape {
  readonly aggregate: AggregateName;
  /** The present type. */
  readonly type: EventType;
  /** Of the present data. */
  readonly schema: z.ZodType<object>;
  /** On older shapes only. */
  readonly upcaster?: Upcaster;
}

/** By the name in the envelope. */
export const shapes: ReadonlyMap<string, Shape> = new Map([...presentShapes(), ...olderShapes()]);

function typesOf<Type extends EventType>(schemas: Readonly<Record<Type, z.ZodType>>): readonly Type[] {
  return Object.keys(schemas) as Type[];
}

function presentShapes(): [string, Shape][] {
  const schemas: Readonly<Record<EventType, z.ZodType<object>>> = {
    ...customerEvents,
    ...productEvents,
    ...orderEvents,
  };
  return (Object.keys(eventTypes) as AggregateName[]).flatMap((aggregate) =>
    eventTypes[aggregate].map((type): [string, Shape] => [type, { aggregate, type, schema: schemas[type] }]),
  );
}

function olderShapes(): [string, Shape][] {
  const present = new Map(presentShapes());
  return upcasters.map((upcaster) => {
    const shape = present.get(upcaster.to);
    if (shape === undefined) throw new TypeError(`The upcaster of ${upcaster.from} leads to no type of the contract.`);
    return [upcaster.from, { ...shape, upcaster }];
  });
}
