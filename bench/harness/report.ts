/** Writes results as a table for people and as JSON for machines. */
import { describeMachine, type MachineConstants } from "./machine.ts";
import type { AnchorResult, SkippedResult, WorkloadResult } from "./measure-workload.ts";
import type { Target, Unit } from "./workload.ts";

export interface BenchReport {
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  readonly machine: MachineConstants;
  readonly accounting: string;
  readonly workloads: readonly WorkloadResult[];
}

const heads: readonly string[] = [
  "id",
  "workload",
  "anchor",
  "ours",
  "anchor's",
  "ratio",
  "CPU ratio",
  "target",
  "",
  "rounds",
];

/** The whole report as Markdown. */
export function renderMarkdown(report: BenchReport): string {
  const rows = report.workloads.flatMap((workload) =>
    workload.results.map((result) => renderRow(workload, result)),
  );
  const lines = [
    `# Benchmark of ${report.startedAt}`,
    "",
    ...describeMachine(report.machine).map((line) => `- ${line}`),
    `- ${report.accounting}`,
    "- ratio: for speeds anchor / ours (higher is better), for costs ours / anchor (lower is better); median of the rounds",
    "",
    ...renderTable([heads, ...rows]),
    "",
  ];
  return lines.join("\n");
}

function renderRow(workload: WorkloadResult, result: AnchorResult | SkippedResult): readonly string[] {
  const head = [workload.id, workload.title, result.title];
  if (result.kind !== "measured")
    return [...head, "", "", "", "", "", `${result.kind}: ${result.reason}`, ""];
  const discarded = result.discarded === 0 ? "" : ` (${result.discarded} discarded)`;
  return [
    ...head,
    formatValue(workload.unit, result.oursMedian),
    formatValue(workload.unit, result.anchorMedian),
    result.ratio.toFixed(2),
    result.cpuRatio === undefined ? "" : result.cpuRatio.toFixed(2),
    formatTarget(result.target),
    result.verdict,
    `${result.rounds}${discarded}`,
  ];
}

/** Columns padded to the same width, so that the Markdown reads well in a terminal too. */
function renderTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`,
  );
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [lines[0] ?? "", rule, ...lines.slice(1)];
}

function formatTarget(target: Target): string {
  switch (target.kind) {
    case "at-least":
      return `>= ${target.ratio}`;
    case "at-most":
      return `<= ${target.ratio}`;
    case "report":
      return "report";
  }
}

function formatValue(unit: Unit, value: number): string {
  switch (unit) {
    case "s":
      return `${value.toPrecision(3)} s`;
    case "ms":
      return `${value.toFixed(1)} ms`;
    case "us":
      return `${value.toFixed(1)} us`;
    case "bytes":
      return `${Math.round(value)} bytes`;
  }
}
