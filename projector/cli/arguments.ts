/** How arguments are read. Each throws InvalidArgumentError, which commander explains. */
import { InvalidArgumentError } from 'commander';
import type { ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import type { RebuildFrom } from '../operations/rebuilding.js';

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('must be a number');
  return Number(text);
}

export function time(text: string): Date {
  const parsed = new Date(text);
  if (Number.isNaN(parsed.getTime())) throw new InvalidArgumentError('must be a time such as 2026-11-01T00:00:00Z');
  return parsed;
}

/** `topic/partition=offset,…` */
export function offsets(text: string): RebuildFrom {
  const positions = text.split(',').map((item) => {
    const match = /^(.+)\/(\d{1,9})=(\d{1,15})$/.exec(item.trim());
    if (match === null) throw new InvalidArgumentError('must be topic/partition=offset, several separated by commas');
    return { topic: match[1] ?? '', partition: Number(match[2]), next: Number(match[3]) };
  });
  return { kind: 'offsets', positions };
}

/** `orders/o-1001`; ids may hold anything. */
export function documentName(text: string): { readonly view: ViewName; readonly id: string } {
  const place = text.indexOf('/');
  const view = text.slice(0, place);
  const id = text.slice(place + 1);
  if (place > 0 && id !== '' && Object.hasOwn(views, view)) return { view: view as ViewName, id };
  throw new InvalidArgumentError(`must be VIEW/ID, the view being one of ${Object.keys(views).join(', ')}`);
}
