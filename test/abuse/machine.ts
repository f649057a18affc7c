/** What this machine has of the tools that some cases need; a case without them is skipped with the reason. */
import { spawnSync } from "node:child_process";

/** False when it works, otherwise why not: the form that a test's `skip` takes. */
export const noSandbox: string | false = succeeds("bwrap", ["--ro-bind", "/", "/", "true"])
  ? false
  : "bubblewrap does not work on this machine";

export const noTerminal: string | false = succeeds("script", ["-qec", "true", "/dev/null"])
  ? false
  : "there is no util-linux `script` to make a terminal with";

/** Mounts of its own need root, and the right to make a mount namespace. */
export const noMounts: string | false = succeeds("unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"])
  ? false
  : "this user may not mount a small disk";

/** For the executors of cases that are run in each. */
export function skipWithout(executor: "process" | "sandbox"): string | false {
  return executor === "sandbox" ? noSandbox : false;
}

function succeeds(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}
