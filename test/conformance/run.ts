/**
 * The conformance table: every case of the suite beside the project, a row for each tier, a line for each failure.
 *
 *   npm run conformance -- [--tier process] [--only TEXT] [--factor 16] [--jobs 4] [--executor auto] [--table FILE]
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { baseTier, findCasesFolder, readCases } from "./cases.ts";
import type { ConformanceCase } from "./cases.ts";
import { lintCase } from "./lint-case.ts";
import { runCase } from "./run-case.ts";
import type { CaseResult } from "./run-case.ts";
import { createScaledTime, writeScaledSleep } from "./scaled-time.ts";
import { runScriptedCase } from "./scripted/run-scripted-case.ts";
import { oneMachineTiers } from "./tiers.ts";

const { values } = parseArgs({
  options: {
    tier: { type: "string" },
    only: { type: "string" },
    factor: { type: "string", default: "16" },
    jobs: { type: "string", default: "4" },
    table: { type: "string" },
    executor: { type: "string", default: "auto" },
  },
});

const caseLimitMs = 180_000;

const folder = findCasesFolder();
if (folder === undefined) {
  console.log("conformance: skipped, because the folder of cases beside the project is absent");
} else {
  process.exitCode = await runSuite(folder);
}

async function runSuite(cases: string): Promise<number> {
  const factor = Number(values.factor);
  const tools = mkdtempSync(join(tmpdir(), "millrace-tools-"));
  mkdirSync(tools, { recursive: true });
  writeScaledSleep(tools, factor);
  const path = process.env["PATH"] ?? "";
  process.env["PATH"] = `${tools}:${path}`;
  const settings = {
    time: createScaledTime(factor),
    limitMs: caseLimitMs,
    executor: values.executor,
    shown: [tools],
  };
  const chosen = readCases(cases).filter(
    (one) =>
      (values.tier === undefined || baseTier(one) === values.tier) &&
      (values.only === undefined || one.id.includes(values.only)),
  );
  const results = new Map<ConformanceCase, CaseResult>();
  await workThrough(chosen, async (one) => {
    const reason = findSkipReason(one);
    if (reason !== undefined) results.set(one, { verdict: "skipped", detail: reason, tookMs: 0 });
    else if (one.mode !== "scripted")
      results.set(one, isLinted(one) ? lintCase(cases, one) : await runCase(cases, one, settings));
  });
  // The command line has the time of the machine, and so have its tasks.
  process.env["PATH"] = path;
  const scripted = { executor: values.executor, limitMs: caseLimitMs };
  await workThrough(
    chosen.filter((one) => !results.has(one)),
    async (one) => results.set(one, await runScriptedCase(cases, one, scripted)),
  );
  rmSync(tools, { recursive: true, force: true });
  return printTable(chosen, results);
}

/** So many at once as the flags say. */
async function workThrough(
  chosen: readonly ConformanceCase[],
  act: (one: ConformanceCase) => Promise<unknown>,
): Promise<void> {
  const queue = [...chosen];
  const work = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) await act(one);
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
}

/** Definitions are stored, which is allowed when they have no faults. */
function isLinted(one: ConformanceCase): boolean {
  return baseTier(one) === "lint" || baseTier(one) === "definition";
}

function findSkipReason(one: ConformanceCase): string | undefined {
  if (!oneMachineTiers.includes(baseTier(one))) return `needs tier ${baseTier(one)}`;
  return undefined;
}

interface Row {
  passed: number;
  failed: number;
  /** Failed, and argued.json says from Argo's documentation why the expectation cannot hold here. */
  argued: number;
  readonly skipped: Map<string, number>;
}

function readArgued(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(new URL("argued.json", import.meta.url), "utf8")) as Record<string, string>;
}

function printTable(
  chosen: readonly ConformanceCase[],
  results: ReadonlyMap<ConformanceCase, CaseResult>,
): number {
  const rows = new Map<string, Row>();
  const argued = readArgued();
  for (const one of chosen) {
    const result = results.get(one);
    if (result === undefined) continue;
    const row = rows.get(baseTier(one)) ?? {
      passed: 0,
      failed: 0,
      argued: 0,
      skipped: new Map<string, number>(),
    };
    rows.set(baseTier(one), row);
    if (result.verdict === "skipped")
      row.skipped.set(result.detail, (row.skipped.get(result.detail) ?? 0) + 1);
    else if (result.verdict === "failed" && argued[one.id] !== undefined) {
      row.argued += 1;
      console.log(`argued ${one.id} (${one.expect}, ${one.confidence}): ${argued[one.id] ?? ""}`);
    } else row[result.verdict] += 1;
    if (result.verdict === "failed" && argued[one.id] === undefined)
      console.log(`FAILED ${one.id} (${one.expect}, ${one.confidence}): ${result.detail.slice(0, 700)}`);
  }
  const lines = ["| tier | passed | failed | argued | skipped |", "|---|---|---|---|---|"];
  for (const [tier, row] of rows) {
    const skipped = [...row.skipped].map(([reason, count]) => `${count} (${reason})`).join(", ");
    lines.push(
      `| ${tier} | ${row.passed} | ${row.failed} | ${row.argued} | ${skipped === "" ? "0" : skipped} |`,
    );
  }
  console.log(lines.join("\n"));
  if (values.table !== undefined) writeFileSync(values.table, `${lines.join("\n")}\n`);
  const sum = (pick: (row: { passed: number; failed: number }) => number): number =>
    [...rows.values()].reduce((total, row) => total + pick(row), 0);
  console.log(`${sum((row) => row.passed)} passed, ${sum((row) => row.failed)} failed`);
  return sum((row) => row.failed) === 0 ? 0 : 1;
}
