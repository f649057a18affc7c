/** The folder in which everything of Millrace lies: history, artifacts, attempts, commands on their way. */
import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { MillraceError } from "../base/errors.ts";

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
  /** Commands and submissions for the engine that drives this home. */
  readonly inbox: string;
  /** The user's lines of the image table; a file that may be absent. */
  readonly images: string;
  /** The user's network policy; a file that may be absent. */
  readonly network: string;
  /** What of the machine documents may mount; a file of the user's that may be absent. */
  readonly hostPaths: string;
  /** Claims that documents mount by name: directories that outlive runs. */
  readonly claims: string;
  /** Results that documents with memoize keep. */
  readonly memos: string;
  /** Limits of locks. */
  readonly limits: string;
  /** ConfigMaps of artifact repositories, and their Secrets; a file of the user's that may be absent. */
  readonly repositories: string;
  /** Values of Secrets. */
  readonly secrets: string;
  /** Figures of runs that are deleted; a file that may be absent. */
  readonly metrics: string;
  /** Stored definitions. */
  readonly definitions: string;
  /** The lock of the process that serves this home. */
  readonly serve: string;
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
    hostPaths: join(root, "host-paths.json"),
    claims: join(root, "claims"),
    network: join(root, "network.json"),
    memos: join(root, "memos"),
    limits: join(root, "limits"),
    repositories: join(root, "artifact-repositories.yaml"),
    secrets: join(root, "secrets"),
    metrics: join(root, "metrics.json"),
    definitions: join(root, "definitions"),
    serve: join(root, "serve"),
    executors: join(root, "executors"),
  };
}

/** Makes the folder of the home, and makes sure that it can be written. MillraceError `home/not-writable` or `runtime/disk-full`. */
export function makeHome(home: Home): void {
  try {
    mkdirSync(home.root, { recursive: true });
    accessSync(home.root, constants.W_OK | constants.X_OK);
    mkdirSync(home.executors, { recursive: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    if ((cause as NodeJS.ErrnoException).code === "ENOSPC") {
      throw new MillraceError("runtime/disk-full", "exhausted", `no space left for the home ${home.root}`, {
        cause,
      });
    }
    throw new MillraceError(
      "home/not-writable",
      "denied",
      `the home ${home.root} cannot be written: ${why}`,
      {
        hint: "Choose another folder with --home.",
        cause,
      },
    );
  }
}

/** A run's folder is named after the run; characters that a path cannot hold are replaced. */
export function runFolderName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]/g, "_");
  return safe === "." || safe === ".." || safe === "" ? "_" : safe.slice(0, 255);
}
