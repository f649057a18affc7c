/** The folder in which everything of Millrace lies: history, artifacts, attempts, commands on their way. */
import { join } from "node:path";

export interface Home {
  readonly root: string;
  /** history.db and its lock. */
  readonly history: string;
  /** Content of artifacts, by digest. */
  readonly artifacts: string;
  /** Artifacts that documents name by key. */
  readonly repository: string;
  /** One folder for each run, with one for each attempt. */
  readonly runs: string;
  /** Commands for the engine that drives this home. */
  readonly inbox: string;
  /** The user's lines of the image table; a file that may be absent. */
  readonly images: string;
  /** The executors' own files. */
  readonly executors: string;
}

export function openHome(root: string): Home {
  return {
    root,
    history: root,
    artifacts: join(root, "artifacts"),
    repository: join(root, "repository"),
    runs: join(root, "runs"),
    inbox: join(root, "inbox"),
    images: join(root, "images.json"),
    executors: join(root, "executors"),
  };
}

/** A run's folder is named after the run; characters that a path cannot hold are replaced. */
export function runFolderName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]/g, "_");
  return safe === "." || safe === ".." || safe === "" ? "_" : safe.slice(0, 200);
}
