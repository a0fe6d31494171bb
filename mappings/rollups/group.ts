/** One owner's day or month of a rollup: what is summed as a whole. */

declare const brand: unique symbol;

/** Only ever made by `group` and `groupOfText`: its text has one meaning. */
export interface Group {
  /** The id of the document that reads the group, whatever characters it has. */
  readonly owner: string;
  /** The group's day or month, `2026-11-01` or `2026-11`, in the business time zone. */
  readonly period: string;
  readonly [brand]: true;
}

const BORDER = ',';

/** @throws TypeError for a period with a comma. */
export function group(owner: string, period: string): Group {
  if (period.includes(BORDER)) throw new TypeError(`A period has no comma; '${period}' has.`);
  return { owner, period } as Group;
}

/** What it is stored and found by: `owner,period`. A period has no comma, so the last one is the border. */
export function textOfGroup({ owner, period }: Group): string {
  return owner + BORDER + period;
}

/** The exact inverse. @throws TypeError for what is no group's text. */
export function groupOfText(text: string): Group {
  const border = text.lastIndexOf(BORDER);
  if (border < 0) throw new TypeError('What is stored as a group has no comma between owner and period.');
  return group(text.slice(0, border), text.slice(border + 1));
}

/** Each once, in the order of their texts, in which states keep them. */
export function unitedGroups(groups: readonly Group[]): readonly Group[] {
  const byText = new Map(groups.map((one) => [textOfGroup(one), one]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** The owners, each once. */
export function ownersOf(groups: readonly Group[]): readonly string[] {
  const owners = groups.map(({ owner }) => owner);
  return owners.length > 1 ? [...new Set(owners)] : owners;
}
