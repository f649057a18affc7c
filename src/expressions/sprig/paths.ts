/**
 * sprig's paths (Go's package path) and URLs (package net/url).
 */
import { chargeBytes } from "../context.ts";
import { createMap } from "../value.ts";
import type { Value } from "../value.ts";
import { alias, fixed, mapArg, textArg } from "./sprig-function.ts";
import type { Call, SprigEntries, SprigFunction } from "./sprig-function.ts";
import { joinUrl, parseUrl } from "./urls.ts";
import { failEvaluation } from "../context.ts";

/** The shortest name of the same path: no `.`, no `..` behind a name, no double slash. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!rooted) kept.push("..");
  }
  const joined = (rooted ? "/" : "") + kept.join("/");
  return joined === "" ? "." : joined;
}

function baseName(path: string): string {
  if (path === "") return ".";
  const trimmed = path.replace(/\/+$/u, "");
  return trimmed === "" ? "/" : trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

function extension(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot);
}

function convert(apply: (path: string) => Value): SprigFunction {
  return fixed(1, (call) => {
    chargeBytes(call.context, textArg(call, 0).length);
    return apply(textArg(call, 0));
  });
}

function parse(call: Call): Value {
  const url = parseUrl(textArg(call, 0));
  if (url === undefined)
    return failEvaluation(`unable to parse url: parse ${JSON.stringify(textArg(call, 0))}`);
  return createMap(Object.entries(url));
}

function join(call: Call): Value {
  const map = mapArg(call, 0);
  const read = (key: string): string => {
    const value = map.get(key) ?? "";
    return typeof value === "string"
      ? value
      : failEvaluation(`unable to parse ${key} key, must be of type string`);
  };
  return joinUrl({
    scheme: read("scheme"),
    host: read("host"),
    path: read("path"),
    query: read("query"),
    opaque: read("opaque"),
    fragment: read("fragment"),
    userinfo: read("userinfo"),
    hostname: "",
  });
}

export const pathFunctions: SprigEntries = [
  ...alias(["base", "osBase"], convert(baseName)),
  ...alias(
    ["dir", "osDir"],
    convert((path) => cleanPath(path.slice(0, path.lastIndexOf("/") + 1))),
  ),
  ...alias(["clean", "osClean"], convert(cleanPath)),
  ...alias(["ext", "osExt"], convert(extension)),
  ...alias(
    ["isAbs", "osIsAbs"],
    convert((path) => path.startsWith("/")),
  ),
  ["urlParse", fixed(1, parse)],
  ["urlJoin", fixed(1, join)],
];
