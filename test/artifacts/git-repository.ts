/** Repositories of git for tests, made in a folder. */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeStored } from "../../src/ports/conformance/artifact-driver.ts";
import type { Stored } from "../../src/ports/conformance/artifact-driver.ts";

/** Why tests with git cannot run here; false when they can. */
export const needsGit: string | false = findGitProblem();

function findGitProblem(): string | false {
  try {
    execFileSync("git", ["--version"], { stdio: "ignore" });
    return false;
  } catch {
    return "there is no program git";
  }
}

const identity = {
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.org",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
};

/** Runs git in a folder and returns what it printed. */
export function git(folder: string, ...words: readonly string[]): string {
  const env = { ...process.env, ...identity };
  const settings = ["-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always"];
  return execFileSync("git", [...settings, ...words], {
    cwd: folder,
    env,
    encoding: "utf8",
    stdio: "pipe",
  }).trim();
}

export interface TestRepository {
  /** The bare repository that is cloned. */
  readonly bare: string;
  /** A working copy; `commit` pushes from it. */
  readonly work: string;
  readonly commit: (stored: Stored, message: string) => string;
}

export function makeRepository(folder: string, name: string): TestRepository {
  const bare = join(folder, `${name}.git`);
  const work = join(folder, `${name}.work`);
  mkdirSync(bare, { recursive: true });
  git(bare, "init", "--quiet", "--bare");
  git(bare, "config", "uploadpack.allowAnySHA1InWant", "true");
  mkdirSync(work, { recursive: true });
  git(work, "init", "--quiet");
  git(work, "remote", "add", "origin", bare);
  const commit = (stored: Stored, message: string): string => {
    writeStored(work, stored);
    git(work, "add", "--all");
    git(work, "commit", "--quiet", "--message", message);
    git(work, "push", "--quiet", "origin", "HEAD");
    return git(work, "rev-parse", "HEAD");
  };
  return { bare, work, commit };
}
