/** `help [command…]` for commands within commands, too, which commander's own does not look for. */
import { Command } from 'commander';

export function helpAtAnyDepth(command: Command): void {
  if (command.commands.length === 0) return;
  for (const inner of command.commands) helpAtAnyDepth(inner);
  const help = new Command('help')
    .description('display help for a command')
    .argument('[command...]', 'its name, and the names within it')
    .copyInheritedSettings(command)
    .action((path: readonly string[]) => found(command, path).outputHelp());
  command.helpCommand(false).addCommand(help);
}

function found(command: Command, path: readonly string[]): Command {
  const [name, ...rest] = path;
  if (name === undefined) return command;
  const inner = command.commands.find((own) => own.name() === name);
  if (inner !== undefined) return found(inner, rest);
  const known = command.commands.map((own) => own.name()).join(', ');
  const whose = command.parent === null ? 'The commands are' : `The commands of ${command.name()} are`;
  const why = known === '' ? `${command.name()} has no commands.` : `there is no command ${name}. ${whose} ${known}.`;
  return command.error(`error: ${why}`);
}
