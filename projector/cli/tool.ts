/** The command line of operators: `projector <command>`. */

import { hostname, userInfo } from 'node:os';
import { Command } from 'commander';
import { createLog } from '../../runtime/log.js';
import { messageOf } from '../../runtime/retrying.js';
import { escapedLines, statement } from '../../runtime/screen.js';
import { readSettings, SettingsError } from '../../runtime/settings.js';
import { withServers } from '../composition/servers.js';
import { type ProjectorSettings, projectorSettings } from '../composition/settings.js';
import { audited, isRefusal } from '../operations/audit.js';
import { MongoAuditTrail } from '../stores/mongodb/audit.js';
import { UnusableArguments } from './arguments.js';
import type { Tool } from './command.js';
import { EXIT } from './exit-codes.js';
import { helpAtAnyDepth } from './help.js';
import { inspectionCommands } from './inspection.js';
import { quarantineCommand } from './quarantine.js';
import { rebuildCommand, rerenderCommand } from './rebuild.js';
import { refreshCommand } from './refresh.js';
import { refusedCommand } from './refused.js';
import { snapshotCommand } from './snapshot.js';
import { forScreen, linesOf } from './text.js';
import { verifyCommand } from './verify.js';

/** Resolves with the exit code. `arguments_` are those after the program's name. */
export async function runTool(arguments_: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const program = new Command('projector').description('projects events into documents, and looks after them');
  inherit(program).option('--json', 'print JSON', false);
  try {
    let exitCode = 0;
    const tool = toolFor(program, env, (code) => {
      exitCode = code;
    });
    for (const command of [
      ...inspectionCommands(tool),
      rebuildCommand(tool),
      rerenderCommand(tool),
      snapshotCommand(tool),
      verifyCommand(tool),
      refreshCommand(tool),
      quarantineCommand(tool),
      refusedCommand(tool),
    ]) {
      program.addCommand(inherit(command));
    }
    program.addHelpText('after', `\n${EXIT_CODES}`);
    helpAtAnyDepth(program);
    await program.parseAsync(arguments_, { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error);
  }
}

const EXIT_CODES = `Exit codes: 0 done, 1 failed, 2 unusable settings or arguments, 3 refused (nothing has changed), 4 found
differences or faults. Settings are environment variables: see projector --help.
`;

function toolFor(program: Command, env: NodeJS.ProcessEnv, exitWith: (code: number) => void): Tool {
  let settings: ProjectorSettings | undefined;
  const log = createLog('projector', 'error');
  const actor = { who: `${userName()}@${hostname()}`, via: 'cli' } as const;
  const tool: Tool = {
    // When they are needed: who asks for help may not know them yet.
    get settings() {
      settings ??= readSettings(projectorSettings, env);
      return settings;
    },
    exitWith,
    run: async (work, show = linesOf, options) => {
      const result = await withServers(tool.settings, log, work, options);
      const text = program.opts<{ json: boolean }>().json ? `${JSON.stringify(result)}\n` : show(forScreen(result));
      process.stdout.write(escapedLines(text));
    },
    act: (action, work, show) => tool.run((servers) => tool.recorded(servers, action, () => work(servers)), show),
    recorded: (servers, action, work) =>
      audited({ trail: new MongoAuditTrail(servers.db), clock: servers.clock }, actor, action, work),
  };
  return tool;
}

/** Of commander itself, which quotes arguments. */
const OUTPUT = {
  writeOut: (text: string) => void process.stdout.write(escapedLines(text)),
  writeErr: (text: string) => void process.stderr.write(escapedLines(text)),
  outputError: (text: string, write: (text: string) => void) => write(statement(text)),
};

/** Commands that are made apart end the process by themselves, unless told not to. */
function inherit(command: Command): Command {
  command.exitOverride().configureOutput(OUTPUT);
  for (const inner of command.commands) inherit(inner);
  return command;
}

/** Not every container has a name for its user. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

function explain(error: unknown): number {
  // commander has said it already.
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')) {
    return 'exitCode' in error && error.exitCode === 0 ? 0 : EXIT.unusable;
  }
  process.stderr.write(statement(`projector: ${messageOf(error)}`));
  if (error instanceof SettingsError || error instanceof UnusableArguments) return EXIT.unusable;
  return isRefusal(error) ? EXIT.refused : EXIT.failed;
}
