import { countsContract } from '../counts-contract.js';
import { customersContract } from '../customers-contract.js';
import { highlightContract } from '../highlight-contract.js';
import { ordersContract } from '../orders-contract.js';
import { productsContract } from '../products-contract.js';
import { readerContract } from '../reader-contract.js';
import { relevanceContract } from '../relevance-contract.js';
import { walkContract } from '../walk-contract.js';
import { openMemory as open } from './harness.js';

for (const view of ['orders', 'products', 'customers'] as const) readerContract(view, open);
ordersContract(open);
productsContract(open);
customersContract(open);
relevanceContract(open);
for (const view of ['orders', 'products', 'customers'] as const) {
  highlightContract(view, open);
  walkContract(view, open, 50);
  countsContract(view, open, 100);
}
