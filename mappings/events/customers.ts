/** The events of customers. */
import { z } from 'zod';
import { leftOut, noData, optional, text } from './fields.js';
import { upcaster } from './upcaster.js';

const details = { email: optional(text), phone: optional(text), level: optional(text), city: optional(text) };

export const customerEvents = {
  'customer.registered': z.object({ name: text, ...details }),
  'customer.updated': z.object({ name: leftOut(text), ...details }),
  'customer.deleted': noData,
  'customer.erased': noData,
};

export const customerUpcasters = [
  upcaster({
    from: 'customer.registered.v1',
    to: 'customer.registered',
    schema: z.object({ firstName: text, lastName: text, ...details }),
    upcast: ({ firstName, lastName, ...rest }) => ({ name: `${firstName} ${lastName}`, ...rest }),
  }),
];
