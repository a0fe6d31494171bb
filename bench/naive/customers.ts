import type { NaiveCustomer } from './documents.js';
import type { NaiveEvent } from './event.js';
import type { NaiveStores } from './stores.js';

export function emptyCustomer(id: string): NaiveCustomer {
  return {
    _id: id,
    name: null,
    email: null,
    phone: null,
    level: null,
    city: null,
    registeredAt: null,
    orderCount: 0,
    openOrders: 0,
    cancelledOrders: 0,
    lastOrderAt: null,
    totalSpent: {},
    recentOrders: [],
    hidden: true,
  };
}

export async function onCustomer(stores: NaiveStores, { type, subject, time, data = {} }: NaiveEvent): Promise<void> {
  const customer = (await stores.customer(subject)) ?? emptyCustomer(subject);
  switch (type) {
    case 'customer.registered':
      Object.assign(customer, data, { registeredAt: time, hidden: false });
      break;
    case 'customer.registered.v1': {
      const { firstName, lastName, ...rest } = data;
      Object.assign(customer, rest, { name: `${firstName} ${lastName}`, registeredAt: time, hidden: false });
      break;
    }
    case 'customer.updated':
      Object.assign(customer, data);
      break;
    case 'customer.deleted':
      customer.hidden = true;
      break;
    case 'customer.erased':
      Object.assign(customer, { name: null, email: null, phone: null, level: null, city: null, hidden: true });
      break;
    default:
      return;
  }
  await stores.saveCustomer(customer);
  const { name, level, city, hidden: deleted } = customer;
  const orders = await stores.ordersWith('customer.customerId', subject);
  for (const order of orders) order.customer = { customerId: subject, name, level, city, deleted };
  await stores.saveOrders(orders);
}
