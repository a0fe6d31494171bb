/** What cannot be taken back is asked for twice. */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { escapedLines } from '../../runtime/screen.js';
import { Refused } from '../generations/refused.js';

export interface Consent {
  readonly yes?: boolean;
  readonly confirm?: string;
}

/** Asks the person at the terminal; `null` when there is none. */
export type Ask = ((question: string) => Promise<string>) | null;

export function withConsent(command: Command): Command {
  return command
    .option('--yes', 'do it without asking')
    .option('--confirm <namespace>', 'do it without asking, when this is the namespace');
}

/** @throws Refused unless it was confirmed. */
export async function assertConsent(
  { yes, confirm }: Consent,
  namespace: string,
  what: string,
  ask: Ask = terminal(),
): Promise<void> {
  if (confirm !== undefined && confirm !== namespace) {
    throw new Refused(`This would ${what} in the namespace ${namespace}, not in ${confirm}. Nothing has changed.`);
  }
  if (yes === true || confirm === namespace) return;
  if (ask === null) {
    throw new Refused(`This would ${what} in the namespace ${namespace}: add --yes or --confirm ${namespace}.`);
  }
  const answer = await ask(`This will ${what}. Type ${namespace} to go on: `);
  if (answer.trim() !== namespace) throw new Refused('It was not confirmed. Nothing has changed.');
}

function terminal(): Ask {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  return async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await lines.question(escapedLines(question));
    } finally {
      lines.close();
    }
  };
}
