/**
 * The two ways into a sandbox: bubblewrap where it is installed, else `unshare` of util-linux with a small script.
 * Both end with the shell that started them (not with the engine), show the same mounts, and note on descriptor 3
 * (the exit record) that the command inside ran and ended, which tells a failed set-up from a failed command.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { attemptMarker } from "../slots/process-tree.ts";
import type { Wrapper } from "../slots/launch.ts";
import { quoteForShell } from "../slots/shell-quote.ts";
import type { MountStep } from "./mount-plan.ts";

export interface WrapperInput {
  readonly attemptId: string;
  readonly steps: readonly MountStep[];
  readonly workingDirectory: string;
  readonly network: boolean;
  /** Whether this user is root, so that no user namespace is needed. */
  readonly isRoot: boolean;
  /** A directory of the attempt for the wrapper's own files. */
  readonly controlDirectory: string;
  /** Whether a supervisor runs inside, which writes to the record by descriptor 5. */
  readonly isSupervised: boolean;
}

/** What root keeps inside, as container engines let it (without making devices): all else could undo the sandbox. */
const keptCapabilities =
  "CHOWN DAC_OVERRIDE FOWNER FSETID SETGID SETUID SETPCAP KILL NET_BIND_SERVICE SYS_CHROOT".split(" ");

/** The words in front of the command for bubblewrap at `program`. */
export function wrapWithBubblewrap(program: string, input: WrapperInput): Wrapper {
  const words = [program, "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts"];
  if (!input.network) words.push("--unshare-net");
  if (input.isRoot)
    words.push("--cap-drop", "ALL", ...keptCapabilities.flatMap((name) => ["--cap-add", `CAP_${name}`]));
  for (const step of input.steps) words.push(...writeBubblewrapStep(step));
  words.push("--setenv", attemptMarker, input.attemptId, "--chdir", input.workingDirectory);
  return { words: [...words, "--json-status-fd", "3", "--"], leavesFirst: true };
}

function writeBubblewrapStep(step: MountStep): readonly string[] {
  switch (step.kind) {
    case "bind":
    case "ro-bind":
      return [`--${step.kind}`, step.from, step.to];
    case "symlink":
      return ["--symlink", step.target, step.to];
    case "proc":
    case "dev":
      return [`--${step.kind}`, step.to];
  }
}

/** The words in front of the command for `unshare` at `program`; writes the script that makes the mounts. */
export function wrapWithUnshare(program: string, input: WrapperInput): Wrapper {
  const script = join(input.controlDirectory, "enter");
  writeFileSync(script, writeEnterScript(input), { mode: 0o600 });
  const words = [program, "--mount", "--pid", "--fork", "--kill-child", "--ipc", "--uts"];
  if (!input.isRoot) words.push("--user", "--map-root-user");
  if (!input.network) words.push("--net");
  return { words: [...words, "--", "/bin/sh", script], leavesFirst: false };
}

/** The script is process 1 of its namespace; when it ends the kernel kills whatever is left inside. */
function writeEnterScript(input: WrapperInput): string {
  return [
    // The view is built beside the attempt's own root, whose content would be hidden by what is mounted over it.
    `r=${quoteForShell(join(input.controlDirectory, "view"))}`,
    'fail() { echo "sandbox: $1 could not be mounted" >&2; exit 125; }',
    // Mount points: a directory for a directory, an empty file for anything else.
    'point() { if [ -d "$1" ]; then mkdir -p "$r$2"; elif [ ! -e "$r$2" ]; then mkdir -p "$r${2%/*}" && : >"$r$2"; fi; }',
    'b() { point "$1" "$2"; mount --rbind "$1" "$r$2" || fail "$2"; }',
    'o() { b "$1" "$2"; mount -o remount,bind,ro "$r$2" || fail "$2"; }',
    'l() { [ -e "$r$2" ] || [ -h "$r$2" ] || ln -s "$1" "$r$2" || fail "$2"; }',
    ...input.steps.map(writeUnshareStep),
    // What was used until here is not the command's.
    "echo before >&3; times >&3",
    `export ${attemptMarker}=${quoteForShell(input.attemptId)}`,
    // A shell says on its standard error which signal ended its command; that is not for the command's log.
    "exec 6>&2 2>/dev/null",
    `( exec chroot "$r" /bin/sh -c 'cd "$0" && exec "$@"' ${quoteForShell(input.workingDirectory)} "$@" ) 2>&6 6>&- 3>&-${input.isSupervised ? "" : " 5>&-"}`,
    "s=$?",
    `echo "{ \\"exit-code\\": $s }" >&3`,
    "exit $s",
    "",
  ].join("\n");
}

function writeUnshareStep(step: MountStep): string {
  switch (step.kind) {
    case "bind":
      return step.to === "/"
        ? `mkdir -p "$r"; mount --bind ${quoteForShell(step.from)} "$r" || fail /`
        : `b ${quoteForShell(step.from)} ${quoteForShell(step.to)}`;
    case "ro-bind":
      return `o ${quoteForShell(step.from)} ${quoteForShell(step.to)}`;
    case "symlink":
      return `l ${quoteForShell(step.target)} ${quoteForShell(step.to)}`;
    case "proc":
      return 'mkdir -p "$r/proc"; mount -t proc proc "$r/proc" || fail /proc';
    case "dev":
      return "b /dev /dev";
  }
}
