/**
 * The Argo documents that the benchmarks run, written to files.
 * They are ordinary documents: nothing in them is there for Millrace alone.
 */
import { writeFileSync } from "node:fs";
import type { BenchContext } from "../harness/workload.ts";

/** A leaf that costs a process: `/bin/true`, the smallest program that every machine has. */
const processLeaf = ["container:", "  image: busybox", "  command: [/bin/true]"];

/** A leaf that the engine settles itself: a wait of no length. */
const engineLeaf = ["suspend:", '  duration: "0s"'];

/** A leaf that holds its slot for as long as a measurement takes. */
const sleepLeaf = ["container:", "  image: busybox", '  command: [/bin/sleep, "5"]'];

export type LeafKind = "process" | "engine" | "sleep";

const leaves: Readonly<Record<LeafKind, readonly string[]>> = {
  process: processLeaf,
  engine: engineLeaf,
  sleep: sleepLeaf,
};

function renderWorkflow(
  templates: readonly (readonly [string, readonly string[]])[],
  more: readonly string[] = [],
): string {
  const lines = [
    "apiVersion: argoproj.io/v1alpha1",
    "kind: Workflow",
    "metadata:",
    "  generateName: bench-",
    "spec:",
    "  entrypoint: main",
    ...more,
    "  templates:",
    ...templates.flatMap(([name, body]) => [`    - name: ${name}`, ...body.map((line) => `      ${line}`)]),
  ];
  return `${lines.join("\n")}\n`;
}

function getLeaf(kind: LeafKind): readonly [string, readonly string[]] {
  return ["leaf", leaves[kind]];
}

function writeDocument(context: BenchContext, text: string): string {
  const file = context.freshPath("document.yaml");
  writeFileSync(file, text);
  return file;
}

/** `width` leaves side by side, as one loop. */
export function writeFanOut(context: BenchContext, kind: LeafKind, width: number): string {
  const main = [
    "steps:",
    "  - - name: all",
    "      template: leaf",
    "      withSequence:",
    `        count: "${width}"`,
  ];
  return writeDocument(context, renderWorkflow([["main", main], getLeaf(kind)]));
}

/** `length` leaves one after the other, written out as an author would. */
export function writeChain(context: BenchContext, kind: LeafKind, length: number): string {
  const groups = Array.from({ length }, (_, index) => [
    `  - - name: s${index}`,
    "      template: leaf",
  ]).flat();
  return writeDocument(context, renderWorkflow([["main", ["steps:", ...groups]], getLeaf(kind)]));
}

/** Three steps of one template, one after the other; `more` are further lines of the spec. */
export function renderThreeSteps(leaf: readonly string[], more: readonly string[] = []): string {
  const groups = ["one", "two", "three"].map((name) => `  - - {name: ${name}, template: leaf}`);
  return renderWorkflow(
    [
      ["main", ["steps:", ...groups]],
      ["leaf", leaf],
    ],
    more,
  );
}

/** One step that runs the shell script; `%` in it needs no escaping. */
export function writeScript(context: BenchContext, script: string): string {
  // The machine's own shell, as in the anchor: the image of busybox would bring another one, which starts programs more slowly.
  const main = ["script:", "  image: debian", "  command: [/bin/sh]", `  source: ${JSON.stringify(script)}`];
  return writeDocument(context, renderWorkflow([["main", main]]));
}

/** A graph of `size` written-out tasks in ten chains, each task with two parameters: what C2 reads. */
export function writeLargeGraph(context: BenchContext, size: number): string {
  const tasks = Array.from({ length: size }, (_, index) => [
    `    - name: task-${index}`,
    "      template: leaf",
    ...(index < 10 ? [] : [`      dependencies: [task-${index - 10}]`]),
    "      arguments:",
    "        parameters:",
    `          - {name: index, value: "${index}"}`,
    "          - name: message",
    `            value: "{{workflow.name}} says ${index}"`,
  ]).flat();
  const leaf = ["inputs:", "  parameters:", "    - name: index", "    - name: message", ...processLeaf];
  return writeDocument(
    context,
    renderWorkflow([
      ["main", ["dag:", "  tasks:", ...tasks]],
      ["leaf", leaf],
    ]),
  );
}
