/** What a run gave back lies as plain files in its folder, so that people find it without asking. */
import { mkdirSync } from "node:fs";
import { extname, join } from "node:path";
import { MillraceError } from "../base/errors.ts";
import type { FileValue } from "../model/plan/plan.ts";
import type { ArtifactStore } from "../ports/artifact-store.ts";
import type { LiveRun } from "../runtime/live-run.ts";
import { runFolderName } from "./home.ts";
import type { Home } from "./home.ts";

/** Where a run's final artifacts are laid. */
export function outputsFolder(home: Home, runName: string): string {
  return join(home.runs, runFolderName(runName), "outputs");
}

/** The file or directory name of a final artifact: its output's name, with the extension that the content had. */
export function outputFileName(name: string, file: FileValue): string {
  if (file.kind !== "artifact" || file.artifact.content.kind !== "file") return name;
  const extension = extname(file.artifact.fileName);
  return name.endsWith(extension) ? name : name + extension;
}

/** Lays every final artifact that has content; one that would reach out of the folder stays in the store alone. */
export async function layOutputs(run: LiveRun, artifacts: ArtifactStore, home: Home): Promise<void> {
  const { files } = run.language.view.finalOutputs(run.state);
  for (const [name, value] of Object.entries(files)) {
    const file = value as unknown as FileValue;
    if (file.kind !== "artifact") continue;
    const folder = outputsFolder(home, run.name);
    mkdirSync(folder, { recursive: true });
    try {
      await artifacts.materialize(file.artifact, join(folder, outputFileName(runFolderName(name), file)), {
        unpack: "keep",
        recurseMode: false,
      });
    } catch (error) {
      // Content that must not be laid here (a link that leads outside) is kept all the same; the run's end stands.
      if (!(error instanceof MillraceError) || error.code !== "artifact/unsafe-archive") throw error;
    }
  }
}
