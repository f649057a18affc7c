/** What of the machine documents may mount: `host-paths.json` of the home, and what the command line says besides. */
import { readFileSync } from "node:fs";
import type { Diagnostic } from "../base/diagnostic.ts";
import { MillraceError } from "../base/errors.ts";
import { parseHostPathRule } from "../model/run/host-paths.ts";
import type { HostPathRule } from "../model/run/host-paths.ts";
import type { Compiled } from "../model/run/language.ts";
import { findHostPathRefusal } from "../runtime/attempts/host-volumes.ts";
import type { Home } from "./home.ts";

/** MillraceError `volume/bad-host-path` for what is no absolute path. */
export function readHostPaths(home: Home, given: readonly string[]): readonly HostPathRule[] {
  return [
    ...readHostPathFile(home).map((text) => readRule(text, home.hostPaths)),
    ...given.map((text) => readRule(text, "--host-path")),
  ];
}

/** A run that could not mount what it wants never begins. */
export function findRefusedHostPaths(
  wanted: NonNullable<Compiled["hostPaths"]>,
  rules: readonly HostPathRule[],
): readonly Diagnostic[] {
  const told = new Set<string>();
  return wanted.flatMap(({ path, readOnly, ...at }): readonly Diagnostic[] => {
    const why = findHostPathRefusal(path, readOnly, rules);
    if (why === undefined || told.has(path)) return [];
    told.add(path);
    const message = `${path} of this machine may not be mounted: ${why}`;
    const hint = `Allow it with --host-path ${path}, or in host-paths.json of the home, if you trust the document with it.`;
    return [{ code: "volume/host-path-refused", severity: "error", message, hint, ...at }];
  });
}

function readRule(text: string, from: string): HostPathRule {
  const rule = parseHostPathRule(text);
  if (rule !== undefined) return rule;
  throw new MillraceError("volume/bad-host-path", "invalid", `${from}: '${text}' is no absolute path`, {
    hint: "Write /data, or /data:ro for what may only be read.",
  });
}

function readHostPathFile(home: Home): readonly string[] {
  let text: string;
  try {
    text = readFileSync(home.hostPaths, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A home that is no folder is refused by whoever writes there first, with a message about that.
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
  const value = parseJson(text);
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw new MillraceError("volume/bad-host-path", "invalid", `${home.hostPaths} is no list of paths`, {
    hint: 'It looks like this: ["/data", "/srv/models:ro"]',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is no list either, and that is what is reported.
    return undefined;
  }
}
