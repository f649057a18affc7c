/**
 * The supervisor of an attempt with several commands (init commands, a graph of mains, sidecars, retries):
 * a generated POSIX shell script that runs as the slot's one command, so that it outlives the engine like any other.
 *
 * Each command runs below a small subshell that reports its end through a FIFO; the main loop only reads events and
 * starts what has become ready. The subshell survives TERM (it is sent to everything when the attempt is cancelled)
 * and passes TERM on for USR2, KILL for USR1. Rules (Argo fields.md, ContainerSetTemplate and UserContainer):
 * - init commands run one after the other; when one fails nothing else starts;
 * - a main starts when all of its `after` have exited with 0; the dependents of a failed one never run, others go on;
 * - sides start with the mains, get TERM when no main runs or can start any more, and KILL after the grace time;
 * - after TERM to the supervisor nothing new starts.
 * Each end is a `command` line in the exit record. It comes in as descriptor 5, because bubblewrap takes 3 for itself.
 * Exit status: of the first failed command, else 0.
 */
import type { AttemptCommand } from "../../model/run/attempt.ts";
import type { ReadyCommand } from "./command-text.ts";
import { type ScriptedProbe, writeProbe } from "./probe-script.ts";
import { isPlainVariableName, quoteForShell } from "./shell-quote.ts";

/** How soon a program that is asked for readiness is asked again; it doubles until it is the period. */
const firstPeriodMs = 100;

export interface SupervisedCommand extends ReadyCommand {
  readonly role: AttemptCommand["role"];
  readonly after: readonly string[];
  readonly retries: number;
  readonly retryDelayMs: number;
  /** Shell words of the program and its arguments. */
  readonly words: string;
  /** Names of variables whose values come from the environment of the supervisor, under the given name. */
  readonly secretEnv: readonly { readonly name: string; readonly from: string }[];
  readonly out: string;
  readonly err: string;
  /** Asks whether the command can be used, once it has begun. */
  readonly probe?: ScriptedProbe;
}

/**
 * The script. `fifo` is a path that it may create; `graceMs` is the time between TERM and KILL for sides.
 * `isInside` is set in a sandbox that does not pass processor time on to the slot. Variables of the supervisor's environment
 * with the names `secretNames` become `v_NAME`, so that no command gets them unless it is given them.
 */
export function writeSuperviseScript(
  commands: readonly SupervisedCommand[],
  fifo: string,
  graceMs: number,
  isInside: boolean,
  secretNames: readonly string[],
): string {
  return [
    "#!/bin/sh",
    "exec 3>&5 5>&-",
    `ev=${quoteForShell(fifo)}`,
    'rm -f "$ev"; mkfifo "$ev" || exit 125; exec 4<>"$ev"; rm -f "$ev"',
    "stop= end=",
    "trap 'stop=1; echo \"- stop\" >&4' TERM",
    ...secretNames.map((name) => `v_${name}=$${name}; unset ${name}`),
    ...commands.flatMap(writeCommand),
    ...writeAdvance(commands),
    ...writeEventLoop(commands),
    ...writeEnd(commands, graceMs, isInside),
    "",
  ].join("\n");
}

/**
 * State of command i: `s` is w (waits), r (runs), a (waits for another try) or d (done); `c` is its final code,
 * `l` the code of its last try, `n` the tries that are left, `p` the subshell above it, `u`
 * whether that listens to signals yet. `end` is the signal that ends sides, once they are to end.
 */
function writeCommand(command: SupervisedCommand, i: number): string[] {
  const exports = command.env
    .filter((each) => isPlainVariableName(each.name))
    .map((each) => `export ${each.name}=${quoteForShell(each.value)}`);
  const secrets = command.secretEnv.map((each) => `export ${each.name}="$v_${each.from}"`);
  const setup = [`cd ${quoteForShell(command.workingDirectory)} || exit 126`, ...exports, ...secrets];
  const redirect = `</dev/null >>${quoteForShell(command.out)} 2>>${quoteForShell(command.err)} 3>&- 4>&-`;
  return [
    `s${i}=w c${i}= l${i}= n${i}=${command.retries} p${i}=`,
    `: >${quoteForShell(command.out)}; : >${quoteForShell(command.err)}`,
    `start${i}() {`,
    `s${i}=r u${i}=`,
    "(",
    "p= c=",
    "trap i=1 TERM",
    'trap \'i=1; [ -n "$p" ] && kill -TERM "$p" 2>/dev/null\' USR2',
    'trap \'i=1; [ -n "$p" ] && kill -KILL "$p" 2>/dev/null\' USR1',
    "(",
    "trap - TERM USR1 USR2",
    ...setup,
    `exec ${command.words}`,
    `) ${redirect} &`,
    // A signal interrupts `wait`, which then tells the signal instead of the command's end: wait again, and keep the
    // first answer when the second one is that there is nothing left to wait for.
    "p=$!",
    // Before this a signal would end the subshell, or find nobody to be passed on to.
    ...(command.role === "side" ? [`echo "${i} up" >&4`] : []),
    "i=1",
    'while [ -n "$i" ]; do i=; wait $p; x=$?; [ "$x" = 127 ] && [ -n "$c" ] || c=$x; done',
    `echo "${i} $c" >&4`,
    ") &",
    `p${i}=$!`,
    ...(command.probe === undefined ? [] : [`ask${i}`]),
    "}",
    ...(command.probe === undefined ? [] : writeProbe(command.name, i, command.probe, setup, firstPeriodMs)),
    `again${i}() { s${i}=a; ( trap - TERM; sleep ${command.retryDelayMs / 1000}; echo "${i} again" >&4 ) & }`,
    `settle${i}() { s${i}=d c${i}=$1; echo "command ${command.name} $1" >&3; }`,
    `handle${i}() {`,
    `if [ "$1" = up ]; then u${i}=1; [ -n "$end" ] && [ $s${i} = r ] && kill -$end $p${i} 2>/dev/null; return 0; fi`,
    `if [ "$1" = again ]; then [ $s${i} = a ] && start${i}; return 0; fi`,
    // It told the end with its last breath. What the command used counts once the subshell has been waited for.
    `wait $p${i}`,
    `if [ "$1" != 0 ] && [ -z "$stop" ] && [ $n${i} -gt 0 ]; then l${i}=$1 n${i}=$((n${i}-1)); again${i}`,
    `else settle${i} $1; fi`,
    "}",
  ];
}

/** `advance` starts every command whose time has come. */
function writeAdvance(commands: readonly SupervisedCommand[]): string[] {
  const inits = indexesOf(commands, "init");
  const lines = inits.map((i, at) => startWhen(i, inits.slice(0, at)));
  for (const i of indexesOf(commands, "side")) lines.push(startWhen(i, inits));
  for (const i of indexesOf(commands, "main")) {
    const after = (commands[i]?.after ?? []).map((name) => commands.findIndex((each) => each.name === name));
    lines.push(startWhen(i, [...inits, ...after]));
  }
  return ["advance() {", '[ -n "$stop" ] && return 0', ...lines, "return 0", "}"];
}

function startWhen(i: number, succeeded: readonly number[]): string {
  const conditions = succeeded.map((other) => `[ "$c${other}" = 0 ] && `).join("");
  return `[ $s${i} = w ] && ${conditions}start${i}`;
}

function indexesOf(commands: readonly SupervisedCommand[], role: AttemptCommand["role"]): number[] {
  return commands.flatMap((command, i) => (command.role === role ? [i] : []));
}

/** Reads events until no init and no main is under way; whatever waits then can never start. */
function writeEventLoop(commands: readonly SupervisedCommand[]): string[] {
  const deciding = [...indexesOf(commands, "init"), ...indexesOf(commands, "main")];
  return [
    "handle() {",
    'case "$i" in',
    ...commands.map((_, i) => `${i}) handle${i} $x;;`),
    `-) if [ "$x" = stop ]; then ${commands.map((_, i) => `[ $s${i} = a ] && settle${i} $l${i}; `).join("")}:; fi;;`,
    "esac",
    "}",
    "advance",
    `while ${isAnyOpen(deciding)}; do`,
    "read -r i x <&4 || continue",
    "handle; advance",
    "done",
  ];
}

function isAnyOpen(indexes: readonly number[]): string {
  return indexes.map((i) => `[ $s${i} = r ] || [ $s${i} = a ]`).join(" || ") || "false";
}

/** Ends the sides, notes what never ran, and leaves with the deciding code. */
function writeEnd(commands: readonly SupervisedCommand[], graceMs: number, isInside: boolean): string[] {
  const sides = indexesOf(commands, "side");
  const asked = commands.flatMap(({ probe }, i) => (probe === undefined ? [] : [`hush${i}`]));
  const lines = ["stop=1", ...asked, ...sides.map((i) => `[ $s${i} = a ] && settle${i} $l${i}`)];
  if (sides.length > 0) {
    lines.push(
      "end=USR2",
      ...sides.map((i) => `[ $s${i} = r ] && [ -n "$u${i}" ] && kill -USR2 $p${i} 2>/dev/null`),
      `( trap - TERM; sleep ${graceMs / 1000}; echo "- kill" >&4 ) & t=$!`,
      `while ${isAnyOpen(sides)}; do`,
      "read -r i x <&4 || continue",
      'if [ "$x" = kill ]; then end=USR1',
      ...sides.map((i) => `[ $s${i} = r ] && [ -n "$u${i}" ] && kill -USR1 $p${i} 2>/dev/null`),
      "else handle; fi",
      "done",
      "kill -TERM $t 2>/dev/null",
    );
  }
  lines.push(...commands.map((command, i) => `[ $s${i} = w ] && echo "command ${command.name} not-run" >&3`));
  if (isInside) lines.push("echo inside >&3; times >&3");
  const deciding = [...indexesOf(commands, "init"), ...indexesOf(commands, "main")];
  lines.push(...deciding.map((i) => `[ -n "$c${i}" ] && [ "$c${i}" != 0 ] && exit $c${i}`), "exit 0");
  return lines;
}
