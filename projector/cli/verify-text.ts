/** What `verify` has found, for people. */
import { sumOf } from '../reconcile/gaps.js';
import type { Fault } from '../reconcile/look.js';
import type { Verification } from '../reconcile/verifying.js';
import { durationOf, tableOf } from './text.js';

export function showVerification(verification: Verification): string {
  const { generation, tookMs, findings, faults, undecided, refused, gaps } = verification;
  const rows = findings.map((found) => {
    const { missing, extra, different, ahead } = found;
    const counts = [found.checked, missing, extra, different, ahead, found.undecided, found.repaired];
    return [found.name, ...counts.map(String)];
  });
  const listed = findings.flatMap(({ name, listed: faulty }) =>
    faulty.map(({ id, fault }) => [`${name}/${id}`, describe(fault)]),
  );
  const left = findings.flatMap(({ name, unrepaired }) => unrepaired.map((id) => `${name}/${id}`));
  return [
    tableOf(['of', 'checked', 'missing', 'extra', 'different', 'ahead', 'undecided', 'repaired'], rows, ''),
    ...(listed.length === 0 ? [] : ['\n', tableOf(['which', 'what is wrong'], listed, '')]),
    ...(left.length === 0 ? [] : [`\nNot repaired: ${left.join(', ')}\n`]),
    ...(refused === 0 ? [] : [`\nRefused by their store: ${refused}. "projector refused" lists them.\n`]),
    ...(sumOf(gaps) === 0 ? [] : [`\nOf ${sumOf(gaps)} aggregates a sequence is missing: see "projector gaps".\n`]),
    `\nGeneration ${generation}, ${durationOf(tookMs / 1000)}: ${verdict(faults, undecided, refused)}\n`,
  ].join('');
}

function describe(fault: Fault): string {
  switch (fault.kind) {
    case 'different':
      return `different: ${fault.fields.join(', ')}`;
    case 'ahead':
      return `ahead: its version ${fault.ticket} was never given`;
    default:
      return fault.kind;
  }
}

function verdict(faults: number, undecided: number, refused: number): string {
  if (faults > 0) return `${faults} have drifted. "projector verify --repair" writes them anew.`;
  if (undecided > 0) return `${undecided} were changing, or events wait and no projector works. Ask again.`;
  if (refused > 0) return 'everything else is as it should be.';
  return 'everything is as it should be.';
}
