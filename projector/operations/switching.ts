/** From one generation to another, and back. */
import { liveOf, recordOf } from '../../runtime/storage/registry.js';
import { Refused } from '../generations/refused.js';
import { assertReady, switchTo } from '../generations/switch.js';
import { type Comparison, compareGenerations } from './comparison.js';
import { type RebuildingPorts, registered } from './rebuilding.js';

/** How long the served one is waited for when the other may show something else: it should get there, and need not. */
const DIFFERENT_MS = 15_000;
/** The same when one goes back, so that the former one is served within five seconds. */
const BROKEN_MS = 3_000;

/** Compares all documents of a complete generation with those that are served. @throws SwitchRefused */
export async function verifyGeneration(ports: RebuildingPorts, number: number): Promise<Comparison> {
  const known = await registered(ports.registry);
  assertReady(known, number);
  return compareGenerations(ports.comparing(liveOf(known), recordOf(known, number)));
}

/**
 * Serves the generation once all its documents are found to be equal to those that are served now. With
 * `acceptDifferences` they are not even compared: a change of rendering is meant to show.
 * @throws SwitchRefused
 * @throws Refused when documents differ.
 */
export async function switchGeneration(
  ports: RebuildingPorts,
  number: number,
  { acceptDifferences }: { readonly acceptDifferences: boolean },
): Promise<void> {
  if (!acceptDifferences) {
    const comparison = await verifyGeneration(ports, number);
    if (!comparison.equal) throw new Refused(differencesInWords(comparison));
  }
  await switchTo(number, ports.switching, acceptDifferences ? { leaveBehindAfterMs: DIFFERENT_MS } : {});
}

function differencesInWords({ checked, expected, views: compared }: Comparison): string {
  const parts = compared.flatMap(({ view, differences, more, settled }) => [
    ...(differences.length === 0 ? [] : [`${differences.length}${more ? ' or more' : ''} ${view}`]),
    ...(settled ? [] : [`${view} that did not come to rest in time`]),
  ]);
  return (
    `Documents of generation ${checked} differ from those of generation ${expected}, which is served: ` +
    `${parts.join(', ')}. See them by "projector rebuild verify ${checked}". When this is the change that was wanted, ` +
    'switch with --accept-differences.'
  );
}

/** Back to the generation that was served before. Returns its number. @throws SwitchRefused */
export async function rollBack(ports: RebuildingPorts): Promise<number> {
  const known = await registered(ports.registry);
  const former = known.generations.filter(({ number, phase }) => number < known.live && phase === undefined).at(-1);
  if (former === undefined) throw new Refused('There is no former generation to go back to: none was kept.');
  await switchTo(former.number, ports.switching, { leaveBehindAfterMs: BROKEN_MS });
  return former.number;
}
