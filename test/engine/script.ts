/**
 * Data-driven scripts: a file is a list of blocks, each a command with its input lines, `----`, and what is expected.
 *
 *     plan            a new run of the plan that follows as YAML
 *     start           the run begins
 *     end a code=1    the attempt of task `a` ends; also signal=, problem=, and values as name=text
 *     ready a         the attempt of service `a` can be used
 *     lapse a         nobody knows whether it still can
 *     late a          the same for an attempt that may not run any more
 *     respond a 200 text | pass 1000 | slots 2 | suspend | resume [task..] | stop [task..] | terminate
 *     set a phase=succeeded message=text name=text | retry [task..] | crash | continue | tasks | owed | explain a b
 */
import { load } from "js-yaml";
import { explainTask } from "../../src/engine/explain/explain.ts";
import { owed } from "../../src/engine/owed.ts";
import type { Decided } from "../../src/engine/decide/decide.ts";
import type { AttemptProblem } from "../../src/model/run/attempt.ts";
import type { RunInput } from "../../src/model/run/inputs.ts";
import { phaseNames } from "../../src/model/run/phase.ts";
import { buildPlan } from "./plan-spec.ts";
import type { PlanSpec } from "./plan-spec.ts";
import { findTask, printEffect, printEvent, printFact, printTasks } from "./print-run.ts";
import { Puppet } from "./puppet.ts";
import type { Ending } from "./puppet.ts";

interface Block {
  /** Comments and blank lines before the command, kept as they are. */
  readonly head: string;
  readonly command: string;
  readonly body: string;
}

/** Runs a script and gives it back with what really came out. */
export function runScript(text: string): string {
  let puppet: Puppet | undefined;
  const parts: string[] = [];
  for (const block of readBlocks(text)) {
    let lines: readonly string[];
    if (block.command === "plan") {
      puppet = new Puppet(buildPlan(load(block.body) as PlanSpec));
      lines = [];
    } else {
      if (puppet === undefined) throw new Error("a script begins with a plan");
      lines = runCommand(puppet, block.command.split(" "));
    }
    const body = block.body === "" ? "" : `${block.body}\n`;
    parts.push(
      `${block.head}${block.command}\n${body}----\n${lines.map((line) => `${line.trimEnd()}\n`).join("")}`,
    );
  }
  return `${parts.join("\n")}`;
}

function readBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split("\n");
  let at = 0;
  const take = (isPart: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && isPart(lines[at] as string)) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const head = take((line) => line === "" || line.startsWith("#"));
    const [command, ...body] = take((line) => line !== "----");
    if (command === undefined) break;
    at += 1;
    take((line) => line !== "");
    const comments = head.join("\n").trim();
    blocks.push({ head: comments === "" ? "" : `${comments}\n`, command, body: body.join("\n") });
  }
  return blocks;
}

function runCommand(puppet: Puppet, words: readonly string[]): readonly string[] {
  const [verb = "", ...rest] = words;
  const { state, now: at } = puppet;
  const tasks = (): { tasks?: number[] } =>
    rest.length === 0 ? {} : { tasks: rest.map((path) => findTask(state, path)) };
  const send = (input: RunInput): readonly string[] => print(puppet, puppet.send(input));
  switch (verb) {
    case "start":
      return print(puppet, puppet.start());
    case "end":
    case "late":
      return endAttempt(puppet, rest, verb === "late");
    case "ready":
      return print(puppet, puppet.ready(findTask(state, rest[0] ?? "")));
    case "lapse":
      return send({ kind: "attempt.lapsed", at, task: findTask(state, rest[0] ?? "") });
    case "respond":
      return print(
        puppet,
        puppet.respond(findTask(state, rest[0] ?? ""), Number(rest[1]), rest.slice(2).join(" ")),
      );
    case "fail-request":
      return send({
        kind: "response.received",
        at,
        task: findTask(state, rest[0] ?? ""),
        response: { problem: rest.slice(1).join(" ") },
      });
    case "pass":
      return print(puppet, puppet.pass(Number(rest[0])));
    case "slots":
      puppet.slots = Number(rest[0]);
      return send({ kind: "run.continue", at });
    case "suspend":
      return send({ kind: "run.suspend", at });
    case "resume":
      return send({ kind: "run.resume", at, ...tasks() });
    case "stop":
      return send({ kind: "run.stop", at, ...tasks() });
    case "terminate":
      return send({ kind: "run.terminate", at });
    case "set":
      return send(readSet(puppet, rest));
    case "retry":
      return send({ kind: "run.retry", at, also: rest.map((path) => findTask(state, path)), values: {} });
    case "crash":
      return puppet.crash().map((effect) => printEffect(puppet.state, effect));
    case "continue":
      return send({ kind: "run.continue", at });
    case "owed": {
      const debts = owed(state, puppet.evaluator, at);
      const wake = debts.wakeAt === Infinity ? "never" : `in ${debts.wakeAt - at} ms`;
      return [
        ...debts.effects.map((effect) => printEffect(state, effect)),
        `wake ${wake}${debts.wantsRoom ? ", wants room" : ""}`,
      ];
    }
    case "explain":
      return rest.flatMap((path) =>
        explainTask(state, findTask(state, path)).map((fact) => `${path}: ${printFact(state, fact)}`),
      );
    case "tasks":
      return [...printTasks(state), `run ${state.ended === undefined ? "open" : phaseNames[state.ended]}`];
    default:
      throw new Error(`unknown command '${verb}'`);
  }
}

function readFields(words: readonly string[]): Map<string, string> {
  return new Map(words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]));
}

function endAttempt(puppet: Puppet, words: readonly string[], late: boolean): readonly string[] {
  const task = findTask(puppet.state, words[0] ?? "");
  if (!late && !puppet.world.has(task)) throw new Error(`${words[0]} does not run`);
  const fields = readFields(words.slice(1));
  const code = fields.get("code");
  const signal = fields.get("signal");
  const problem = fields.get("problem");
  const values = Object.fromEntries(
    [...fields].filter(([name]) => !["code", "signal", "problem"].includes(name)),
  );
  const ending: Ending = {
    values,
    ...(code === undefined ? {} : { code: Number(code) }),
    ...(signal === undefined ? {} : { signal }),
    ...(problem === undefined ? {} : { problem: makeProblem(problem) }),
  };
  return print(puppet, puppet.end(task, ending));
}

function makeProblem(kind: string): AttemptProblem {
  switch (kind) {
    case "timed-out":
    case "cancelled":
      return { kind };
    case "start-refused":
      return { kind, code: "x", message: "cannot start" };
    case "input-missing":
    case "output-missing":
      return { kind, name: "out", message: "missing" };
    default:
      return { kind: "lost", message: kind };
  }
}

function readSet(puppet: Puppet, words: readonly string[]): RunInput {
  const fields = readFields(words.slice(1));
  const phase = fields.get("phase") as Extract<RunInput, { kind: "task.set" }>["phase"];
  const message = fields.get("message");
  const values = Object.fromEntries([...fields].filter(([name]) => name !== "phase" && name !== "message"));
  return {
    kind: "task.set",
    at: puppet.now,
    task: findTask(puppet.state, words[0] ?? ""),
    values,
    ...(phase === undefined ? {} : { phase }),
    ...(message === undefined ? {} : { message }),
  };
}

function print(puppet: Puppet, decisions: readonly Decided[]): readonly string[] {
  const { state } = puppet;
  return decisions.flatMap((decided) => [
    ...decided.events.map((event) => printEvent(state, event)),
    ...decided.effects.map((effect) => printEffect(state, effect)),
  ]);
}
