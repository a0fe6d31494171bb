import type { GenerationRecord } from '../../../runtime/storage/records.js';

export function generationRecord(number: number): GenerationRecord {
  return {
    number,
    createdAt: new Date(Date.UTC(2026, 10, 1)),
    revisions: { orders: 1, products: 1, customers: 1 },
    businessTimeZone: 'UTC',
    reportingCurrency: 'CNY',
  };
}
