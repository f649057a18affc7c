/** Which objects a request means: by its manifest, or by words as kubectl takes them. */
import { MillraceError } from "../../base/errors.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import { isJsonObject } from "../../base/json.ts";

export interface NamedObjects {
  /** A kind as it is written in a manifest or on a command line. */
  readonly kind: string;
  readonly names: readonly string[];
  /** Requirements on labels. */
  readonly selector?: string;
}

export interface ReadFlags {
  readonly words: readonly string[];
  readonly selector: string | undefined;
  readonly all: boolean;
  readonly ignoreNotFound: boolean;
}

/** Flags of kubectl that take a value of their own when none is tied to them with `=`. */
const valued = new Set([
  "-n",
  "--namespace",
  "-o",
  "--output",
  "-f",
  "--filename",
  "--timeout",
  "--grace-period",
]);

export function readFlags(flags: readonly string[]): ReadFlags {
  const words: string[] = [];
  let selector: string | undefined;
  let all = false;
  let ignoreNotFound = false;
  for (let at = 0; at < flags.length; at += 1) {
    const flag = flags[at] ?? "";
    const tied = /^(?:--selector=|-l=?)(.+)$/s.exec(flag)?.[1];
    if (tied !== undefined) selector = tied;
    else if (flag === "-l" || flag === "--selector") selector = flags[(at += 1)] ?? "";
    else if (flag === "--all") all = true;
    else if (flag === "--ignore-not-found" || flag === "--ignore-not-found=true") ignoreNotFound = true;
    else if (valued.has(flag)) at += 1;
    else if (!flag.startsWith("-")) words.push(flag);
  }
  return { words, selector, all, ignoreNotFound };
}

/** What the words name: `kind name...`, `kind/name`, or a kind with a selector. Undefined without words. */
export function nameByWords({ words, selector, all }: ReadFlags): NamedObjects | undefined {
  const [first, ...rest] = words;
  if (first === undefined) return undefined;
  const [kind = "", ...tied] = first.split("/");
  const names = [...tied, ...rest.map((word) => word.split("/").at(-1) ?? word)];
  if (names.length > 0) return { kind, names };
  if (selector !== undefined) return { kind, names, selector };
  if (all) return { kind, names, selector: "" };
  throw new MillraceError("object/unnamed", "invalid", `which ${kind} is meant is not said`, {
    hint: "Give names, or a --selector.",
  });
}

/** Kind and name of a manifest. */
export function nameByManifest(manifest: JsonObject): NamedObjects {
  const kind = manifest["kind"];
  if (typeof kind !== "string" || kind === "")
    throw new MillraceError("object/unnamed", "invalid", "the manifest has no kind");
  const name = readMetadata(manifest)["name"];
  return { kind, names: typeof name === "string" && name !== "" ? [name] : [] };
}

export function readMetadata(object: JsonObject): JsonObject {
  const metadata = object["metadata"];
  return isJsonObject(metadata) ? metadata : {};
}

/** The name of an object; empty when it has none. */
export function readName(object: JsonObject): string {
  const name = readMetadata(object)["name"];
  return typeof name === "string" ? name : "";
}

/** Texts by name, such as labels; members that are no texts are left out. */
export function readTexts(value: Json | undefined): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, text]) => (typeof text === "string" ? [[key, text]] : [])),
  );
}
