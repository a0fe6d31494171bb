/** How arguments are read. Each throws InvalidArgumentError, which commander explains. */
import { InvalidArgumentError } from 'commander';
import type { ViewName } from '../../mappings/contract.js';
import { INSTANT_RULE, parseInstant } from '../../mappings/instant.js';
import { views } from '../../mappings/registry.js';
import { SNAPSHOT_NAME } from '../../runtime/storage/names.js';
import type { RebuildFrom } from '../operations/rebuilding.js';
import { SNAPSHOT_NAME_RULE } from '../operations/snapshots.js';

/** Arguments that cannot be used together, or not without another one: each by itself is sound. */
export class UnusableArguments extends Error {
  override readonly name = 'UnusableArguments';
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('must be a whole number of at most 9 digits');
  return Number(text);
}

/** How many to list. */
export function count(text: string): number {
  const wanted = wholeNumber(text);
  if (wanted === 0) throw new InvalidArgumentError('must be at least 1');
  return wanted;
}

export function time(text: string): Date {
  const instant = parseInstant(text);
  if (instant === null) throw new InvalidArgumentError(INSTANT_RULE);
  return new Date(instant);
}

export function snapshotName(text: string): string {
  if (!SNAPSHOT_NAME.test(text)) throw new InvalidArgumentError(SNAPSHOT_NAME_RULE);
  return text;
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
