/** Artifacts as expressions see them, and references to artifacts. */
import { createHostObject } from "../../../expressions/value.ts";
import type { HostObject, Value } from "../../../expressions/value.ts";
import type { FileValue } from "../../../model/plan/plan.ts";
import type { Scope } from "../../../model/run/scope.ts";
import { takePartOfPlace } from "../lower/lower-artifacts.ts";
import { findFile } from "./sibling-values.ts";
import { ownMember } from "./own-member.ts";

/** The file behind an object that an expression passed through. */
const filesByObject = new WeakMap<HostObject, FileValue>();

/** An artifact for expressions: its name and, inside its template, its path. */
export function createFileObject(
  file: FileValue | undefined,
  name: string,
  path: Value | undefined,
): HostObject {
  const fields = new Map<string, Value>([["name", name]]);
  if (path !== undefined) fields.set("path", path);
  const object = createHostObject(
    (key) => fields.get(key),
    () => [...fields.keys()],
  );
  if (file !== undefined) filesByObject.set(object, file);
  return object;
}

/** The file that a value of an expression stands for. */
export function findFileOf(value: Value): FileValue | undefined {
  return typeof value === "object" && value !== null && "tag" in value && value.tag === "host"
    ? filesByObject.get(value)
    : undefined;
}

export type FileAnswer =
  | { readonly kind: "file"; readonly file: FileValue }
  | { readonly kind: "absent" }
  /** No artifact of this name can be meant. */
  | { readonly kind: "unknown" };

const unknownFile: FileAnswer = { kind: "unknown" };
const absentFile: FileAnswer = { kind: "absent" };

/** The artifact that a name like `steps.x.outputs.artifacts.y` refers to. */
export function readFile(scope: Scope, name: string): FileAnswer {
  const input = /^inputs\.artifacts\.(.+)$/u.exec(name);
  if (input !== null) return toAnswer(ownMember(scope.inputs?.files, input[1] ?? ""));
  const published = /^workflow\.outputs\.artifacts\.(.+)$/su.exec(name);
  if (published !== null) return toAnswer(ownMember(scope.run.published.files, published[1] ?? ""));
  const argument = /^workflow\.(?:inputs\.|arguments\.)?artifacts\.(.+)$/u.exec(name);
  if (argument !== null) return toAnswer(ownMember(scope.run.files, argument[1] ?? ""));
  const sibling = /^(?:steps|tasks)\.([^.]+)\.outputs\.artifacts\.(.+)$/u.exec(name);
  if (sibling === null) return unknownFile;
  const task = scope.sibling(sibling[1] ?? "");
  if (task === undefined) return unknownFile;
  return toAnswer(findFile(task, sibling[2] ?? ""));
}

function toAnswer(file: FileValue | undefined): FileAnswer {
  return file === undefined || file.kind === "absent" ? absentFile : { kind: "file", file };
}

/** The part of a file below `subPath`; only kept content has parts. */
export function takeSubPath(file: FileValue, subPath: string): FileValue | undefined {
  const below = subPath.replace(/^\/+|\/+$/gu, "");
  if (below === "") return file;
  if (file.kind === "key") return { ...file, key: `${file.key}/${below}` };
  if (file.kind === "place") return takePartOfPlace(file, below);
  if (file.kind !== "artifact") return undefined;
  return { ...file, subPath: file.subPath === undefined ? below : `${file.subPath}/${below}` };
}
