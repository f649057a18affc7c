/** One rule of the language: a document, and everything that its run shows, line by line. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ran, RigOptions } from "../rig.ts";
import { run } from "./documents.ts";

/**
 * Declares a test. `expected` has the phase and message of the run, then each node as `name Type Phase message`
 * (names below the run; the run's own node is the first), then the attempts as they started, with the second of each.
 */
export function rule(
  title: string,
  templates: string,
  options: RigOptions & { readonly spec?: string },
  expected: string,
): void {
  test(title, async () => {
    assert.deepEqual(describeRan(await run(templates, options)), readLines(expected));
  });
}

/** What `rule` compares. */
export function describeRan(ran: Ran): readonly string[] {
  const started = ran.started.map((name, index) => `${name}@${(ran.startedAtMs[index] ?? 0) / 1000}`);
  return [
    `${ran.phase}${ran.message === "" ? "" : `: ${ran.message}`}`,
    ...ran.lines(),
    ...(started.length === 0 ? [] : [`started ${started.join(" ")}`]),
    ...ran.refusals.map((code) => `refused ${code}`),
  ];
}

function readLines(text: string): readonly string[] {
  return text
    .trim()
    .split("\n")
    .map((line) => line.trim());
}
