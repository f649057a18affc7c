/**
 * One run that is killed again and again: a child process drives it, `kill -9` comes at seeded moments, and each time a
 * new child takes over what it finds. At the end the books must balance.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { compileCache } from "../abuse/compile-cache.ts";
import type { Random } from "../simulation/random.ts";
import { claimName, ledgerName, workload } from "./workload.ts";

/** Where the run and its books lie. */
export interface KillPlace {
  readonly root: string;
  readonly home: string;
  readonly document: string;
  readonly executor: KillExecutor;
}

export type KillExecutor = "process" | "sandbox";

export interface KillVerdict {
  readonly kills: number;
  /** What the run came to, as text without times. */
  readonly result: string;
  /** Everything that is wrong. */
  readonly problems: readonly string[];
}

const driver = fileURLToPath(new URL("driver.ts", import.meta.url));
/** A child that neither ends nor says anything for so long hangs. */
const patienceMs = 60_000;

/** Makes a place for one run, in memory where the machine has a folder for that. */
export function makeKillPlace(executor: KillExecutor): KillPlace {
  const base = ["/dev/shm"].find((path) => existsSync(path)) ?? tmpdir();
  const root = mkdtempSync(join(base, "millrace-kill-"));
  const place = { root, home: join(root, "home"), document: join(root, "workflow.yaml"), executor };
  mkdirSync(place.home);
  writeFileSync(place.document, workload);
  return place;
}

/** What the attempts wrote; empty when none has begun. */
export function readLedger({ home }: KillPlace): string {
  const ledger = join(home, "claims", claimName, ledgerName);
  return existsSync(ledger) ? readFileSync(ledger, "utf8") : "";
}

export function removeKillPlace({ root }: KillPlace): void {
  rmSync(root, { recursive: true, force: true });
}

/** Drives the run to its end through at most `kills` kills; `random` says when they come. */
export async function runUnderKills(place: KillPlace, kills: number, random: Random): Promise<KillVerdict> {
  const problems: string[] = [];
  let killed = 0;
  for (;;) {
    const life = await driveOnce(place, killed < kills ? chooseMoment(random) : undefined);
    if (life.wasKilled) killed += 1;
    else if (life.result === undefined)
      return { kills: killed, result: "", problems: [`an engine ended with: ${life.errors}`] };
    if (life.result !== undefined) {
      problems.push(...checkLedger(place), ...checkArtifacts(place), ...(await checkOrphans(place)));
      return { kills: killed, result: life.result, problems };
    }
  }
}

/** When the kill comes: so long after the start, or so long after the given commit was seen. */
interface Moment {
  readonly afterMs: number;
  readonly afterCommit: number;
}

function chooseMoment(random: Random): Moment {
  // Right behind a commit things are being performed; anywhere else is by the clock, from the very start on.
  if (random.chance(0.5))
    return { afterCommit: random.integer(0, 6), afterMs: random.chance(0.6) ? 0 : random.integer(1, 60) };
  return { afterCommit: -1, afterMs: random.integer(100, 800) };
}

interface Drive {
  readonly wasKilled: boolean;
  readonly result: string | undefined;
  readonly errors: string;
}

function driveOnce(place: KillPlace, moment: Moment | undefined): Promise<Drive> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [driver, place.home, place.document, place.executor], {
      // Most lives are short, and few of them should end before the engine has begun.
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let wasKilled = false;
    let commits = 0;
    let result: string | undefined;
    let errors = "";
    let patience = setTimeout(giveUp, patienceMs);
    let fuse: NodeJS.Timeout | undefined;
    function giveUp(): void {
      child.kill("SIGKILL");
      reject(new Error(`an engine hangs; ${place.home} is left for a look`));
    }
    const kill = (): void => {
      // One that has told its result has done its work; what is left is to leave.
      if (result === undefined) wasKilled = child.kill("SIGKILL");
    };
    if (moment?.afterCommit === -1) fuse = setTimeout(kill, moment.afterMs);
    createInterface({ input: child.stdout }).on("line", (line) => {
      clearTimeout(patience);
      patience = setTimeout(giveUp, patienceMs);
      if (line.startsWith("result ")) result = line.slice("result ".length);
      if (line.startsWith("commit ") || line === "ready") {
        if (commits === moment?.afterCommit) fuse = setTimeout(kill, moment.afterMs);
        commits += 1;
      }
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    child.on("error", reject);
    child.on("close", () => {
      clearTimeout(patience);
      clearTimeout(fuse);
      resolve({ wasKilled: wasKilled && result === undefined, result, errors });
    });
  });
}

/** Every attempt has begun once and ended once, in one and the same process. */
function checkLedger(place: KillPlace): readonly string[] {
  const starts = new Map<string, string[]>();
  const ends = new Map<string, string[]>();
  for (const line of readLedger(place)
    .split("\n")
    .filter((text) => text !== "")) {
    const [word = "", id = "", pid = ""] = line.split(" ");
    const book = word === "start" ? starts : ends;
    book.set(id, [...(book.get(id) ?? []), pid]);
  }
  const problems: string[] = [];
  for (const id of new Set([...starts.keys(), ...ends.keys()])) {
    const [began, ended] = [starts.get(id) ?? [], ends.get(id) ?? []];
    if (began.length !== 1 || ended.length !== 1)
      problems.push(`attempt ${id} began ${began.length} and ended ${ended.length} times`);
    else if (began[0] !== ended[0]) problems.push(`attempt ${id} began and ended in different processes`);
  }
  if (starts.size === 0) problems.push("nothing ever ran");
  return problems;
}

/** Whatever the store holds under a digest has that digest. */
function checkArtifacts({ home }: KillPlace): readonly string[] {
  const folder = join(home, "artifacts", "objects", "sha256");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  if (names.length === 0) return ["no artifact was kept"];
  return names.flatMap((name) => {
    const digest = createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
    return digest === name.replaceAll("/", "") ? [] : [`the artifact ${name} is torn`];
  });
}

/** Processes with something of the home open. Slots of dead engines leave by themselves, but not in the same instant. */
async function checkOrphans({ root }: KillPlace): Promise<readonly string[]> {
  let found: readonly string[] = [];
  for (let round = 0; round < 100; round += 1) {
    found = findProcessesOf(root);
    if (found.length === 0) return [];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return [`processes are left: ${found.join(", ")}`];
}

function findProcessesOf(root: string): readonly string[] {
  if (!existsSync("/proc/self/fd")) return [];
  return readdirSync("/proc").filter(
    (pid) => /^\d+$/.test(pid) && pid !== String(process.pid) && holdsFileBelow(pid, root),
  );
}

function holdsFileBelow(pid: string, root: string): boolean {
  try {
    const links = [
      join("/proc", pid, "cwd"),
      ...readdirSync(join("/proc", pid, "fd")).map((fd) => join("/proc", pid, "fd", fd)),
    ];
    return links.some((link) => readlinkSync(link).startsWith(root));
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
