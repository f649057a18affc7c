/**
 * The part of a supervisor's script that asks a program whether a command can be used, as often as its readiness says,
 * and notes the good answer as a `ready` line in the exit record (descriptor 3). It runs where the command runs, with
 * the command's environment, and lives as long as the supervisor.
 */
import type { Readiness } from "../../model/run/attempt.ts";
import { quoteForShell } from "./shell-quote.ts";

export interface ScriptedProbe {
  /** Shell words of the program to ask. */
  readonly words: string;
  readonly readiness: Omit<Readiness, "by">;
}

/** Shell functions `ask<i>` (begin to ask) and `hush<i>` (stop). `setup` are the lines that make the command's surroundings. */
export function writeProbe(
  name: string,
  i: number,
  { words, readiness }: ScriptedProbe,
  setup: readonly string[],
  firstPeriodMs: number,
): readonly string[] {
  const { delayMs, periodMs, timeoutMs, successes } = readiness;
  return [
    `q${i}=`,
    `ask${i}() {`,
    `[ -n "$q${i}" ] && return 0`,
    "(",
    "trap - TERM USR1 USR2",
    `n=0 w=${Math.min(firstPeriodMs, periodMs)}`,
    ...(delayMs > 0 ? [`sleep ${delayMs / 1000}`] : []),
    "while :; do",
    `( ${[...setup, `exec ${words}`].join("; ")} ) </dev/null >/dev/null 2>&1 3>&- &`,
    "p=$!",
    `( sleep ${timeoutMs / 1000}; kill -KILL $p 2>/dev/null ) >/dev/null 2>&1 3>&- &`,
    "t=$!",
    `if wait $p; then n=$((n+1)) l=${periodMs}; else n=0 l=$w w=$((w*2)); fi`,
    "kill -KILL $t 2>/dev/null",
    `[ $w -gt ${periodMs} ] && w=${periodMs}`,
    `[ $n -ge ${successes} ] && break`,
    'sleep "$((l/1000)).$(printf %03d $((l%1000)))"',
    "done",
    `echo ${quoteForShell(`ready ${name}`)} >&3`,
    ") </dev/null >/dev/null 4>&- &",
    `q${i}=$!`,
    "}",
    `hush${i}() { [ -n "$q${i}" ] && kill -KILL $q${i} 2>/dev/null; return 0; }`,
  ];
}
