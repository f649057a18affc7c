/**
 * Self-reported progress (Argo docs/progress.md): a container writes `N/M` into the file that ARGO_PROGRESS_FILE names.
 * Only containers whose text mentions the variable get it, because every attempt pays for each directory.
 */
import type { AttemptVolume } from "../../../model/run/attempt.ts";
import type { Container } from "../read/types.ts";
import type { EnvText } from "./lower-words.ts";

const folder = "/tmp/.argo-progress";
const variable = "ARGO_PROGRESS_FILE";

/** Where the file lies for the command. */
export const progressFile = `${folder}/progress`;

export const progressVariable: EnvText = { name: variable, word: [progressFile], secret: false };

/** Directories below /tmp are private to an attempt; this one is made before the command starts. */
export const progressVolume: AttemptVolume = {
  name: "argo-progress",
  mountPath: folder,
  readOnly: false,
  source: { kind: "attempt" },
};

/** Whether the command line, the script or a variable of the container speaks of the file. */
export function mentionsProgress(container: Container): boolean {
  return JSON.stringify(container).includes(variable);
}
