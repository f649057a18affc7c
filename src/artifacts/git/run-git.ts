/**
 * Runs git, with nothing that asks a person, no helper that remembers passwords, and no program of the repository's own.
 * Secrets reach git by its environment and by a folder that only this user can read and that is gone afterwards, never by
 * its command line, which every user of the machine can see.
 */
import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { NetworkGate } from "../../ports/network-gate.ts";
import { driverMissing } from "../transfer/refusals.ts";
import { findText, isSet } from "../transfer/settings.ts";
import { guardGit } from "./guard-git.ts";
import { openGuardedProxy } from "../transfer/guarded-proxy.ts";

/** Most of git's own words that an error repeats. */
const wordsAtMost = 2_000;

export interface GitOutcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs one command of git in a folder. */
export type RunGit = (folder: string, words: readonly string[]) => Promise<GitOutcome>;

/** Gives `work` a git that has the credentials of the place, and that connects to what the gate allows. */
export async function withGit<T>(
  place: StoragePlace,
  gate: NetworkGate | undefined,
  signal: AbortSignal,
  work: (run: RunGit) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-git-"));
  const proxy = gate === undefined ? undefined : await openGuardedProxy(gate);
  try {
    const own = { ...inheritEnvironment(), ...(await prepareCredentials(place, folder)) };
    const env = proxy === undefined ? own : await guardGit(own, proxy, folder);
    return await work((cwd, words) => spawnGit(cwd, [...settingsFor(place), ...words], env, signal));
  } catch (error) {
    // Git says of what was refused no more than a number.
    throw proxy?.refusal() ?? error;
  } finally {
    await proxy?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What says which repository git works on is about the folder that Millrace was started in. */
function inheritEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX"])
    delete env[name];
  return env;
}

function settingsFor(place: StoragePlace): readonly string[] {
  const settings = [
    "credential.helper=",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "protocol.ext.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.detachedHead=false",
    ...(isSet(place, "ignoreTls") ? ["http.sslVerify=false"] : []),
  ];
  return settings.flatMap((each) => ["-c", each]);
}

/** Git asks this program for the name and the password; it has them from its environment. */
const askPass = `#!/bin/sh
case "$1" in
Username*) printf '%s\\n' "$MILLRACE_GIT_USERNAME" ;;
*) printf '%s\\n' "$MILLRACE_GIT_PASSWORD" ;;
esac
`;

async function prepareCredentials(place: StoragePlace, folder: string): Promise<NodeJS.ProcessEnv> {
  const env: NodeJS.ProcessEnv = { GIT_TERMINAL_PROMPT: "0", LC_ALL: "C", GIT_ASKPASS: "", SSH_ASKPASS: "" };
  const password = findText(place, "password");
  const username = findText(place, "username");
  if (password !== undefined || username !== undefined) {
    const program = join(folder, "ask");
    await writeFile(program, askPass, { mode: 0o700 });
    // Servers that take tokens want some name, and do not care which.
    Object.assign(env, {
      GIT_ASKPASS: program,
      MILLRACE_GIT_USERNAME: username ?? "git",
      MILLRACE_GIT_PASSWORD: password ?? "",
    });
  }
  env["GIT_SSH_COMMAND"] = await prepareSsh(place, folder);
  return env;
}

async function prepareSsh(place: StoragePlace, folder: string): Promise<string> {
  const words = ["ssh", "-o", "BatchMode=yes"];
  const key = findText(place, "sshPrivateKey");
  if (key !== undefined) {
    const file = join(folder, "key");
    await writeFile(file, key.endsWith("\n") ? key : `${key}\n`, { mode: 0o600 });
    await chmod(file, 0o600);
    words.push("-i", `'${file}'`, "-o", "IdentitiesOnly=yes");
  }
  if (isSet(place, "ignoreHostKey"))
    words.push("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null");
  return words.join(" ");
}

async function spawnGit(
  cwd: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<GitOutcome> {
  signal.throwIfAborted();
  // A group of its own, so that the helpers that git starts end with it.
  const child = spawn("git", words, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const stop = (): void => endGroup(child.pid);
  signal.addEventListener("abort", stop, { once: true });
  try {
    const ended = new Promise<number>((resolve, reject) => {
      child.on("error", (error: NodeJS.ErrnoException) =>
        reject(error.code === "ENOENT" ? driverMissing("git", "the program git on the PATH") : error),
      );
      child.on("close", (code) => resolve(code ?? -1));
    });
    const [code, output, errors] = await Promise.all([ended, buffer(child.stdout), buffer(child.stderr)]);
    signal.throwIfAborted();
    return { code, output: output.toString("utf8"), errors: errors.toString("utf8").slice(-wordsAtMost) };
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // It has ended by itself in the meantime.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
