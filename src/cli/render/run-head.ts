/** The head of a run: everything about it that is no task. What `get` and the commands that start a run answer with. */
import type { House, RunPicture } from "../../api/house.ts";
import type { CommandContext } from "../command.ts";
import { describeCallbacks } from "./callbacks.ts";
import { describeLeft, formatDuration, formatMoment, formatSpan, formatTime } from "./durations.ts";
import { describeRunMessage } from "./name-child.ts";
import { formatOutputs, formatParameter } from "./outputs.ts";
import { formatRunPhase } from "./run-phase.ts";
import { paintSymbol, toneOf } from "./symbols.ts";
import { formatFields } from "./table.ts";
import { cleanText } from "./text-width.ts";

export function formatRunHead(
  { io, style }: CommandContext,
  house: House,
  picture: RunPicture,
): readonly string[] {
  const { row, submission } = picture;
  const now = io.clock.now();
  const labels = Object.entries(row.labels).map(([name, value]) => `${name}=${value}`);
  const fields = formatFields([
    ["Name", cleanText(row.name)],
    ...describePlace(picture),
    ["Status", `${paintSymbol(row.phase, style)} ${style.paint(toneOf(row.phase), formatRunPhase(row))}`],
    ["Message", describeRunMessage(picture)],
    ["File", cleanText(picture.file)],
    ["Labels", cleanText(labels.join(", "))],
    ["Created", formatMoment(row.createdAt, now)],
    ["Started", formatMoment(row.startedAt, now)],
    ["Finished", formatMoment(row.endedAt, now)],
    ["Duration", formatSpan(row.startedAt, row.endedAt, now)],
    ["Estimated", describeEstimate(picture, now)],
    ["Progress", describeProgress(picture)],
    ["Conditions", describeConditions(picture)],
    ["Payload", cleanText(row.payload?.id ?? "")],
    ["Callbacks", describeCallbacks(picture, now).join("; ")],
    ["Kept until", row.expiresAt === undefined ? "" : formatTime(row.expiresAt)],
  ]);
  const parameters = Object.entries({ ...picture.state.values, ...submission.parameters });
  const given = parameters.flatMap(([name, value]) => formatParameter(name, value));
  return [
    ...fields,
    ...(given.length === 0 ? [] : [style.paint("strong", "Parameters:"), ...given]),
    ...formatOutputs(picture, house, style),
  ];
}

/** Where it belongs, in the words of its language. */
function describePlace({ state, view }: RunPicture): readonly (readonly [string, string])[] {
  return (view.place?.(state) ?? []).map(([label, text]) => [label, cleanText(text)]);
}

/** How far the run is in the words of its language, or else tasks that are through of those that are known. */
export function describeProgress({ row, state, view, outlook }: RunPicture): string {
  const { done, total } = view.progress?.(state, outlook) ?? row;
  return `${done}/${total}`;
}

function describeEstimate({ row, outlook }: RunPicture, now: number): string {
  const runMs = outlook?.estimate?.runMs;
  if (runMs === undefined) return "";
  const left = row.endedAt === undefined ? describeLeft(row.startedAt, runMs, now) : "";
  return `${formatDuration(runMs)}${left === "" ? "" : ` (${left})`}`;
}

function describeConditions({ outlook }: RunPicture): string {
  return outlook?.metricProblems === undefined
    ? ""
    : cleanText(`MetricsError: ${outlook.metricProblems.join(", ")}`);
}
