/** Carries a script out against the command line, and says the first thing that is not as it expects. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareRun } from "./compare-run.ts";
import type { RunObject } from "./compare-run.ts";
import { openTerminal } from "./script-world.ts";
import type { Answer, Terminal } from "./script-world.ts";
import type { RunWish, Script, Step, Wanted } from "./script.ts";

export interface ScriptSettings {
  /** Folder of the suite. */
  readonly folder: string;
  /** The document of the case, below it. */
  readonly document: string;
  readonly executor: string;
  /** Bounds one step, in real time. */
  readonly limitMs: number;
}

/** Empty when everything was as expected. */
export async function runScript(script: Script, settings: ScriptSettings): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-script-"));
  try {
    for (const [name, text] of Object.entries(script.files ?? {})) writeFileSync(join(folder, name), text);
    const parallel = script.isOccupied === true ? 1 : 8;
    const terminal = await openTerminal(folder, { executor: settings.executor, parallel });
    try {
      if (script.isOccupied === true) await occupy(terminal, folder, settings.limitMs);
      return await takeSteps(terminal, script.steps, settings);
    } finally {
      await endAll(terminal, settings.limitMs);
      await terminal.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function takeSteps(
  terminal: Terminal,
  steps: readonly Step[],
  settings: ScriptSettings,
): Promise<string> {
  for (const [index, step] of steps.entries()) {
    const problem = await takeStep(terminal, step, settings);
    if (problem !== "") return `step ${index + 1}: ${problem}`;
  }
  return "";
}

async function takeStep(terminal: Terminal, step: Step, settings: ScriptSettings): Promise<string> {
  const endsAt = Date.now() + settings.limitMs;
  if ("until" in step) return repeat(terminal, endsAt, () => lookAt(terminal, step.until));
  if ("expect" in step) return lookAt(terminal, step.expect);
  const argv = splitLine(step.cli, settings);
  const ask = async (): Promise<string> => {
    const problem = compareAnswer(step, await terminal.ask(argv));
    return problem === "" ? "" : `millrace ${argv.join(" ")}: ${problem}`;
  };
  return step.again === true ? repeat(terminal, endsAt, ask) : ask();
}

/** Until there is no problem any more, or the time is over. */
async function repeat(terminal: Terminal, endsAt: number, look: () => Promise<string>): Promise<string> {
  for (;;) {
    const problem = await look();
    if (problem === "" || Date.now() > endsAt) return problem;
    await terminal.changed();
  }
}

async function lookAt(terminal: Terminal, wish: RunWish): Promise<string> {
  const { code, out, err } = await terminal.ask(["get", wish.run ?? "@latest", "-o", "json"]);
  if (code !== 0) return `get: exit code ${code}: ${err}`;
  return compareRun(wish, JSON.parse(out) as RunObject);
}

/** Words of a command line; single quotes hold blanks. Placeholders are filled in last, so that paths may hold anything. */
function splitLine(line: string, { folder, document }: ScriptSettings): readonly string[] {
  const words = line.match(/(?:[^\s']|'[^']*')+/gu) ?? [];
  return words.map((word) =>
    word
      .replaceAll("'", "")
      .replaceAll("{document}", join(folder, document))
      .replaceAll("{documents}", join(folder, "documents")),
  );
}

type CliStep = Extract<Step, { readonly cli: string }>;

function compareAnswer(step: CliStep, { code, out, err }: Answer): string {
  const lines = out.split("\n").filter((line) => line !== "");
  const problems = [
    code === (step.exit ?? 0) ? "" : `exit code ${code} instead of ${step.exit ?? 0}`,
    ...(step.prints ?? []).map((wanted) => (holds(out, wanted) ? "" : `does not print ${String(wanted)}`)),
    ...(step.omits ?? []).map((wanted) => (holds(out, wanted) ? `prints ${String(wanted)}` : "")),
    ...(step.tells ?? []).map((wanted) => (holds(err, wanted) ? "" : `does not tell ${String(wanted)}`)),
    ...(step.lines === undefined ? [] : [compareLines(step.lines, lines)]),
  ].filter((problem) => problem !== "");
  return problems.length === 0 ? "" : `${problems.join("; ")} | ${out} | ${err}`;
}

function compareLines(wanted: readonly Wanted[], lines: readonly string[]): string {
  if (lines.length !== wanted.length) return `${lines.length} lines instead of ${wanted.length}`;
  const wrong = wanted.findIndex((one, index) => !holds(lines[index] ?? "", one));
  return wrong < 0 ? "" : `line ${wrong + 1} is not ${String(wanted[wrong])}`;
}

function holds(text: string, wanted: Wanted): boolean {
  return typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
}

const occupant = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: occupant}
spec:
  entrypoint: main
  templates: [{name: main, script: {image: busybox, command: [sh], source: sleep 3600}}]
`;

async function occupy(terminal: Terminal, folder: string, limitMs: number): Promise<void> {
  writeFileSync(join(folder, "occupant.yaml"), occupant);
  await terminal.ask(["submit", "occupant.yaml"]);
  const works = (): Promise<string> => lookAt(terminal, { run: "occupant", works: true });
  const problem = await repeat(terminal, Date.now() + limitMs, works);
  if (problem !== "") throw new Error(`the run that takes the only place does not begin: ${problem}`);
}

/** Nothing that a script has started may outlive it. */
async function endAll(terminal: Terminal, limitMs: number): Promise<void> {
  const list = async (): Promise<string> => (await terminal.ask(["list", "--running", "-o", "name"])).out;
  for (const name of (await list()).split("\n")) if (name !== "") await terminal.ask(["terminate", name]);
  const left = await repeat(terminal, Date.now() + limitMs, list);
  if (left !== "") throw new Error(`these runs do not end: ${left}`);
}
