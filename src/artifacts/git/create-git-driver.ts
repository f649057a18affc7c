/**
 * Working copies of git repositories, made with the program git (Argo fields.md, GitArtifact). The place's key is the
 * repository; the copy has its folder `.git`, because commands ask it for their version.
 *
 * Settings: `revision`, `branch` with `singleBranch`, `depth`, `fetch` (more refs), `withoutSubmodules`, `username`,
 * `password`, `sshPrivateKey`, `ignoreHostKey`, `ignoreTls`.
 */
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { MillraceError } from "../../base/errors.ts";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { ArtifactDriver, TransferLimits } from "../../ports/artifact-driver.ts";
import type { NetworkGate } from "../../ports/network-gate.ts";
import { createByteBudget, layWhole } from "../transfer/lay-whole.ts";
import {
  deniedThere,
  missingThere,
  inOurWords,
  unavailableThere,
  unsupportedThere,
} from "../transfer/refusals.ts";
import { badPlace, findNumber, findText, isSet, listTexts } from "../transfer/settings.ts";
import { measureFolder } from "../transfer/walk-files.ts";
import { withGit } from "./run-git.ts";
import type { GitOutcome, RunGit } from "./run-git.ts";

/** Where there is no gate, git may connect to everything. */
export function createGitDriver(gate?: NetworkGate): ArtifactDriver {
  const readsOnly = (place: StoragePlace): Promise<never> =>
    Promise.reject(
      unsupportedThere(place, "git is only read from", "Store outputs elsewhere, or push them in a task."),
    );
  return {
    name: "git",
    load: (place, target, limits) => inOurWords(place, limits, () => load(place, target, limits, gate)),
    save: (_source, place) => readsOnly(place),
    remove: readsOnly,
    list: readsOnly,
    exists: (place, limits) => inOurWords(place, limits, () => exists(place, limits, gate)),
  };
}

async function load(
  place: StoragePlace,
  target: string,
  limits: TransferLimits,
  gate: NetworkGate | undefined,
): Promise<void> {
  checkWords(place);
  await layWhole(target, (staging) =>
    withGit(place, gate, limits.signal, async (run) => {
      await clone(place, staging, run);
      await fetchMore(place, staging, run);
      await checkOut(place, staging, run);
      if (!isSet(place, "withoutSubmodules")) await updateSubmodules(place, staging, run);
      await rm(`${staging}/.git/hooks`, { recursive: true, force: true });
      createByteBudget(place, limits).take(await measureFolder(staging));
    }),
  );
}

/** A word that begins with a dash would be an option of git's, which no document may give. */
function checkWords(place: StoragePlace): void {
  const words = [
    place.key,
    findText(place, "revision"),
    findText(place, "branch"),
    ...listTexts(place, "fetch"),
  ];
  if (place.key === "") throw badPlace(place, "the repository is missing");
  if (words.some((word) => word?.startsWith("-") === true))
    throw badPlace(place, "a name begins with a dash");
}

function depthWords(place: StoragePlace): readonly string[] {
  const depth = findNumber(place, "depth");
  return depth === undefined || depth <= 0 ? [] : [`--depth=${depth}`];
}

async function clone(place: StoragePlace, staging: string, run: RunGit): Promise<void> {
  const branch = findText(place, "branch");
  const isSingle = isSet(place, "singleBranch");
  const words = [
    "clone",
    "--quiet",
    "--no-checkout",
    "--template=",
    ...depthWords(place),
    // A depth alone would bring one branch, and the revision may lie on another.
    isSingle ? "--single-branch" : "--no-single-branch",
    ...(isSingle && branch !== undefined ? ["--branch", branch] : []),
    "--",
    place.key,
    staging,
  ];
  expectGood(place, await run(dirname(staging), words));
}

async function fetchMore(place: StoragePlace, staging: string, run: RunGit): Promise<void> {
  const refs = listTexts(place, "fetch");
  if (refs.length === 0) return;
  expectGood(place, await run(staging, ["fetch", "--quiet", ...depthWords(place), "--", "origin", ...refs]));
}

/** The revision may be a branch, a tag, a commit, or a ref of its own that a clone does not bring. */
async function checkOut(place: StoragePlace, staging: string, run: RunGit): Promise<void> {
  const revision = findText(place, "revision");
  if (revision === undefined) {
    const branch = findText(place, "branch");
    const start = branch === undefined ? "HEAD" : `refs/remotes/origin/${branch}`;
    const head = await run(staging, ["rev-parse", "--verify", "--quiet", `${start}^{commit}`]);
    // A repository without a commit has nothing to check out.
    if (head.code !== 0 && branch === undefined) return;
    if (head.code !== 0) throw missingThere(place, `it has no branch '${branch}'`);
    if (branch !== undefined && !isSet(place, "singleBranch"))
      return expectGood(place, await run(staging, ["checkout", "--quiet", "-B", branch, start]));
    return expectGood(place, await run(staging, ["checkout", "--quiet", "--force"]));
  }
  const found =
    (await findCommit(revision, staging, run)) ?? (await bringRevision(place, revision, staging, run));
  if (found.isBranch)
    return expectGood(place, await run(staging, ["checkout", "--quiet", "-B", revision, found.commit]));
  expectGood(place, await run(staging, ["checkout", "--quiet", "--detach", found.commit]));
}

interface FoundRevision {
  readonly commit: string;
  readonly isBranch: boolean;
}

async function findCommit(
  revision: string,
  staging: string,
  run: RunGit,
): Promise<FoundRevision | undefined> {
  for (const name of [`refs/remotes/origin/${revision}`, `refs/tags/${revision}`, revision]) {
    const found = await run(staging, ["rev-parse", "--verify", "--quiet", `${name}^{commit}`]);
    if (found.code === 0) return { commit: found.output.trim(), isBranch: name.startsWith("refs/remotes/") };
  }
  return undefined;
}

async function bringRevision(
  place: StoragePlace,
  revision: string,
  staging: string,
  run: RunGit,
): Promise<FoundRevision> {
  const brought = await run(staging, ["fetch", "--quiet", ...depthWords(place), "--", "origin", revision]);
  const found =
    brought.code === 0 ? await run(staging, ["rev-parse", "--verify", "FETCH_HEAD^{commit}"]) : brought;
  if (found.code === 0) return { commit: found.output.trim(), isBranch: false };
  throw missingThere(place, `it has no revision '${revision}'`);
}

async function updateSubmodules(place: StoragePlace, staging: string, run: RunGit): Promise<void> {
  const words = ["submodule", "--quiet", "update", "--init", "--recursive", "--force", ...depthWords(place)];
  expectGood(place, await run(staging, words));
}

async function exists(
  place: StoragePlace,
  { signal }: TransferLimits,
  gate: NetworkGate | undefined,
): Promise<boolean> {
  checkWords(place);
  return withGit(place, gate, signal, async (run) => {
    const outcome = await run(".", ["ls-remote", "--quiet", "--", place.key]);
    if (outcome.code === 0) return true;
    const error = describeFault(place, outcome);
    if (error.code === "artifact/missing") return false;
    throw error;
  });
}

function expectGood(place: StoragePlace, outcome: GitOutcome): void {
  if (outcome.code !== 0) throw describeFault(place, outcome);
}

const missingWords =
  /does not exist|repository .*not found|not appear to be a git repository|Remote branch .* not found|couldn't find remote ref|HTTP 404/iu;
const deniedWords =
  /Authentication failed|could not read (?:Username|Password)|Permission denied|Access denied|Host key verification failed|not allowed|HTTP 40[13]/iu;

/** Git says in words what went wrong, in English because it was asked to. */
function describeFault(place: StoragePlace, { code, errors }: GitOutcome): MillraceError {
  const lines = errors
    .split("\n")
    .filter((line) => /^(?:fatal|error|remote|ERROR)\b|denied|failed/u.test(line));
  const words = (lines.length === 0 ? errors : lines.join("; "))
    .replaceAll(/\/\/[^/@\s']*@/gu, "//***@")
    .trim();
  const found = words === "" ? `git ended with ${code}` : `git says: ${words}`;
  if (deniedWords.test(errors)) return deniedThere(place, found);
  if (missingWords.test(errors)) return missingThere(place, found);
  return unavailableThere(place, found);
}
