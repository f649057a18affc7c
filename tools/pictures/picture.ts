/**
 * The picture of a run that the README shows, and whether it still shows what the command prints.
 * Two captures are the same when their last frames are, but for what differs from machine to machine and from run to run:
 * durations, the name that was made up, and the executor that was chosen.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { projectFolder } from "../checks.ts";
import { captureRun, print } from "./capture-run.ts";
import type { Frame } from "./capture-run.ts";
import { drawSvg, readLastFrame } from "./draw-svg.ts";

/** Relative to the project folder. */
export const picturePath = "docs/pictures/run.svg";
const title =
  "A terminal: millrace run squares.yaml draws the tree of the run, which ends well after a tenth of a second";

/** Runs the command and writes the picture of it. */
export async function drawPicture(): Promise<void> {
  const path = join(projectFolder, picturePath);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, drawSvg(await captureRun(), title));
}

/** Runs the command and compares what it prints with what the picture shows. */
export async function isPictureStale(): Promise<boolean> {
  const path = join(projectFolder, picturePath);
  if (!existsSync(path)) return true;
  const last: Frame = (await captureRun()).at(-1) ?? [];
  return levelRow(readLastFrame(readFileSync(path, "utf8"))) !== levelRow(print(last));
}

/** Rows without what is never the same twice; columns are as wide as durations are long, so blanks are joined. */
export function levelRow(text: string): string {
  return text
    .replace(/\b\d+(?:\.\d+)?s\b/g, "TIME")
    .replace(/executor \w+/g, "executor KIND")
    .replace(/\bsquares-[a-z0-9]{5}\b/g, "NAME")
    .replace(/ +/g, " ")
    .trimEnd();
}
