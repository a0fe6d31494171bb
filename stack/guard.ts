import { spawn } from 'node:child_process';

// Reads "group N" lines. When its input ends without "done", the launcher was killed: it then stops
// what the launcher left behind and removes its folder. A shell, because it must outlive the launcher
// and cost nothing.
const SCRIPT = `
trap '' INT TERM HUP
groups=
while read -r word group; do
  case $word in
    group) groups="$groups $group" ;;
    done) exit 0 ;;
  esac
done
for group in $groups; do kill -TERM -"$group" 2>/dev/null; done
sleep 5
for group in $groups; do kill -KILL -"$group" 2>/dev/null; done
rm -rf "$1"
`;

/** Outlives a launcher that is killed outright, and then takes its children with it. */
export interface Guard {
  /** A process group to stop when the launcher is gone. */
  watch(group: number): void;
  /** The launcher has cleaned up by itself. */
  dismiss(): void;
}

/** @param folder is removed, with all that is in it, when the launcher is gone. */
export function startGuard(folder: string): Guard {
  const shell = spawn('sh', ['-c', SCRIPT, 'stack-guard', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell the launcher still cleans up by itself in every case but kill -9.
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  return {
    watch: (group) => {
      shell.stdin.write(`group ${group}\n`);
    },
    dismiss: () => {
      shell.stdin.end('done\n');
    },
  };
}
