import { MemoryReader } from '../../../../api/readers/memory/reader.js';
import { customersContract } from '../customers-contract.js';
import type { ReaderHarness } from '../harness.js';
import { ordersContract } from '../orders-contract.js';
import { productsContract } from '../products-contract.js';
import { readerContract } from '../reader-contract.js';

async function open(): Promise<ReaderHarness> {
  const reader = new MemoryReader();
  return {
    reader,
    async fill(documents, stored) {
      reader.hold(
        documents,
        stored.flatMap(([id, document]) => (document === null ? [] : [[id, document] as const])),
      );
    },
    async close() {},
  };
}

for (const view of ['orders', 'products', 'customers'] as const) readerContract(view, open);
ordersContract(open);
productsContract(open);
customersContract(open);
