import { declare } from '../../../mappings/views/declare.js';
import { type DocumentOf, id, text } from '../../../mappings/views/kinds.js';

/** Where a shipped order is going. */
const fields = {
  orderId: id(),
  carrier: text({ filter: 'carrier', sort: 'carrier', example: 'SF' }),
  trackingNo: text({ nullable: true }),
  status: text({ nullable: true, example: 'shipped' }),
  customerId: id({ filter: 'customerId' }),
  customerName: text({ nullable: true, search: { weight: 1 }, example: '王芳' }),
  city: text({
    nullable: true,
    filter: 'city',
    about: "The customer's own where the order names none.",
    example: '上海',
  }),
};

export type ShipmentDocument = DocumentOf<typeof fields>;

export const shipments = declare(
  {
    store: 'mongodb',
    id: 'orderId',
    access: { scope: 'orders:read', customer: 'customerId' },
    defaultSort: 'carrier',
    relevance: false,
  },
  fields,
);
