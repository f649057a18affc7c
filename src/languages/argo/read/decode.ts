/**
 * Turns a parsed YAML value into a typed document, driven by the field tables.
 * It converts scalars by the type of the field they land in (as sigs.k8s.io/yaml does), drops nulls and
 * unknown fields, and reports everything that does not fit. A part that needs no change is returned as it is,
 * so an ordinary document costs one walk and almost no memory.
 * Aliases are shared objects here: the budget and the depth bound what they can expand to.
 */
import { findClosestName } from "../../../base/closest-name.ts";
import { decodeScalar, describeValue, isRecord } from "./decode-scalar.ts";
import type { FieldType, ObjectType } from "./fields/field-types.ts";
import { addProblem, formatPath, noteBoolean } from "./read-problems.ts";
import type { ReadProblems } from "./read-problems.ts";

const deepest = 120;

/** Decodes one object; undefined when the value is none, which is then reported. */
export function decodeObject(
  type: ObjectType,
  raw: unknown,
  problems: ReadProblems,
): { readonly [field: string]: unknown } | undefined {
  if (!isRecord(raw)) return reportWrongType(type, raw, problems);
  if (!enter(problems, 1)) return undefined;
  const inStep = type.name === "WorkflowStep";
  if (inStep) problems.stepDepth += 1;
  let copy: { [field: string]: unknown } | undefined;
  // Parsers make objects without inherited members, and going through the keys so needs no list of them.
  for (const key in raw) {
    const value = raw[key];
    const field = type.findField(key);
    if (field !== undefined && field.kind === "text" && typeof value === "string") {
      if (copy !== undefined) copy[key] = value;
      continue;
    }
    const decoded = field === undefined ? undefined : decodeField(field, key, value, problems);
    const same = decoded === value && decoded !== undefined && field?.kind !== "old";
    if (same && copy === undefined) continue;
    copy ??= copyFieldsBefore(raw, key);
    if (field === undefined) decodeStrangeField(type, key, value, copy, problems);
    else if (field.kind === "old") moveOldField(field.target, key, decoded, raw, copy, problems);
    else if (decoded !== undefined) copy[key] = decoded;
  }
  if (inStep) problems.stepDepth -= 1;
  return copy ?? raw;
}

function copyFieldsBefore(
  raw: { readonly [key: string]: unknown },
  end: string,
): { [field: string]: unknown } {
  const copy: { [field: string]: unknown } = {};
  for (const key in raw) {
    if (key === end) break;
    copy[key] = raw[key];
  }
  return copy;
}

/** Decodes the value of one field, undefined when it is absent or wrong. */
function decodeField(
  field: FieldType,
  key: string | number,
  value: unknown,
  problems: ReadProblems,
): unknown {
  if (value === null || value === undefined || field.kind === "ignored") return undefined;
  problems.path.push(key);
  const decoded = decodeValue(field, value, problems);
  problems.path.pop();
  return decoded;
}

function decodeValue(field: FieldType, value: unknown, problems: ReadProblems): unknown {
  switch (field.kind) {
    case "object":
      return decodeObject(field, value, problems);
    case "list":
      return decodeList(field.of, value, problems);
    case "map":
      return decodeMap(field.of, value, problems);
    case "old":
      return decodeValue(field.of, value, problems);
    case "ignored":
      return undefined;
    case "removed":
      return reportRemoved(problems);
    case "json":
      return decodeJson(value, problems);
    case "jsonObject":
      return isRecord(value) ? decodeJson(value, problems) : reportWrongType(field, value, problems);
    case "text":
    case "anyText":
    case "quantity":
    case "int":
    case "number":
    case "bool":
    case "intOrText": {
      const scalar = decodeScalar(field.kind, value);
      if (typeof value === "boolean" && typeof scalar === "string") noteBoolean(problems);
      return scalar === undefined ? reportWrongType(field, value, problems) : scalar;
    }
  }
}

function decodeList(of: FieldType, raw: unknown, problems: ReadProblems): unknown {
  if (!Array.isArray(raw)) return reportWrongType({ kind: "list", of }, raw, problems);
  if (!enter(problems, raw.length + 1)) return undefined;
  let copy: unknown[] | undefined;
  for (let index = 0; index < raw.length; index += 1) {
    const item: unknown = raw[index];
    const decoded = item === null ? decodeNullItem(of) : decodeField(of, index, item, problems);
    if (decoded === item && copy === undefined) continue;
    copy ??= raw.slice(0, index);
    copy.push(decoded === undefined ? emptyItem(of) : decoded);
  }
  return copy ?? raw;
}

/** A null list item is Go's zero value. */
function decodeNullItem(of: FieldType): unknown {
  return of.kind === "json" ? null : emptyItem(of);
}

/** What stands in for a missing or wrong list item, so that the indices of the others stay true. */
function emptyItem(of: FieldType): unknown {
  if (of.kind === "list") return [];
  if (of.kind === "object" || of.kind === "map" || of.kind === "jsonObject") return {};
  if (of.kind === "int" || of.kind === "number") return 0;
  return of.kind === "bool" ? false : of.kind === "json" ? null : "";
}

function decodeMap(of: FieldType, raw: unknown, problems: ReadProblems): unknown {
  if (!isRecord(raw)) return reportWrongType({ kind: "map", of }, raw, problems);
  const keys = Object.keys(raw);
  if (!enter(problems, keys.length + 1)) return undefined;
  const map: { [key: string]: unknown } = Object.create(null);
  for (const key of keys) {
    const value = raw[key];
    const decoded = value === null ? emptyItem(of) : decodeField(of, key, value, problems);
    if (decoded !== undefined) map[key] = decoded;
  }
  return map;
}

/** Free JSON: only the numbers of Go's rules are turned into ordinary ones. */
export function decodeJson(raw: unknown, problems: ReadProblems): unknown {
  if (Array.isArray(raw)) return decodeList({ kind: "json" }, raw, problems);
  if (!isRecord(raw)) {
    const scalar = decodeScalar("json", raw);
    if (typeof raw === "boolean" && problems.path.includes("withItems")) noteBoolean(problems);
    return scalar === undefined ? reportWrongType({ kind: "json" }, raw, problems) : scalar;
  }
  const keys = Object.keys(raw);
  if (!enter(problems, keys.length + 1)) return undefined;
  let copy: { [key: string]: unknown } | undefined;
  for (const [index, key] of keys.entries()) {
    const value = raw[key];
    const decoded = value === null ? null : decodeField({ kind: "json" }, key, value, problems);
    if (decoded === value && copy === undefined) continue;
    copy ??= Object.fromEntries(keys.slice(0, index).map((earlier) => [earlier, raw[earlier]]));
    Object.defineProperty(copy, key, {
      value: decoded ?? null,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return copy ?? raw;
}

/** Accounts for objects and items about to be visited; false when the document is too big or too deep. */
function enter(problems: ReadProblems, count: number): boolean {
  problems.budget -= count;
  if (problems.budget >= 0 && problems.path.length <= deepest) return true;
  if (problems.overBudget) return false;
  problems.overBudget = true;
  const deep = problems.path.length > deepest;
  const message = deep
    ? `${formatPath(problems.path.slice(0, 6))}... is nested more than ${deepest} levels deep`
    : "aliases make the document expand to more values than can be read";
  addProblem(problems, {
    code: deep ? "argo/too-deep" : "argo/too-many-aliases",
    severity: "error",
    message,
  });
  return false;
}

/** A key that is no field of the type: another spelling of one, as Go accepts, or unknown. */
function decodeStrangeField(
  type: ObjectType,
  key: string,
  value: unknown,
  copy: { [field: string]: unknown },
  problems: ReadProblems,
): void {
  const fields = type.fields();
  const lower = key.toLowerCase();
  const name = [...fields.keys()].find((candidate) => candidate.toLowerCase() === lower);
  const at = formatPath([...problems.path, key]);
  const field = name === undefined ? undefined : fields.get(name);
  if (name !== undefined && field !== undefined) {
    const message = `${at} is spelled ${name} in Argo`;
    const hint = `write ${name}; Kubernetes refuses other spellings`;
    addProblem(problems, { code: "argo/field-case", severity: "warning", message, hint, key });
    const decoded = decodeField(field, key, value, problems);
    if (decoded !== undefined && copy[name] === undefined && field.kind !== "old") copy[name] = decoded;
    return;
  }
  const closest = findClosestName(key, fields.keys());
  const severity = problems.strict || problems.stepDepth > 0 ? "error" : "warning";
  const message = `unknown field ${JSON.stringify(key.slice(0, 100))} in ${formatPath(problems.path)}`;
  const hint = closest === undefined ? listFields(fields) : `did you mean ${closest}?`;
  addProblem(problems, { code: "argo/unknown-field", severity, message, hint, key });
}

function listFields(fields: ReadonlyMap<string, FieldType>): string {
  if (fields.size === 0) return "no fields are known here";
  const names = [...fields].filter(([, field]) => field.kind !== "old").map(([name]) => name);
  return names.length > 16
    ? "see Argo's fields.md for the fields known here"
    : `known fields are ${names.join(", ")}`;
}

function moveOldField(
  target: string,
  key: string,
  decoded: unknown,
  raw: { readonly [key: string]: unknown },
  copy: { [field: string]: unknown },
  problems: ReadProblems,
): void {
  if (decoded === undefined) return;
  const at = formatPath([...problems.path, key]);
  const both = raw[target] !== undefined && raw[target] !== null;
  if (both && key === "schedule") {
    const message = "cron workflow cant be configured with both Spec.Schedule and Spec.Schedules";
    addProblem(problems, { code: "argo/old-field", severity: "error", message, key });
    return;
  }
  const message = `${at} was removed in Argo 4 and is read as ${target}`;
  const hint = `write ${target}: a list with this as its member`;
  addProblem(problems, { code: "argo/old-field", severity: "warning", message, hint, key });
  const present = copy[target];
  copy[target] = Array.isArray(present) ? [...present, decoded] : [decoded];
}

function reportRemoved(problems: ReadProblems): undefined {
  const message = `${formatPath(problems.path)} was removed in Argo 4 and is ignored`;
  addProblem(problems, { code: "argo/old-field", severity: "warning", message });
  return undefined;
}

function reportWrongType(type: FieldType, raw: unknown, problems: ReadProblems): undefined {
  const expected = describeType(type);
  const message = `${formatPath(problems.path)} must be ${expected}, found ${describeValue(raw)}`;
  const isGroup = type.kind === "list" && type.of.kind === "object" && type.of.name === "WorkflowStep";
  const hint = isGroup ? "each member of steps is itself a list: begin it with two dashes" : undefined;
  addProblem(problems, {
    code: "argo/wrong-type",
    severity: "error",
    message,
    ...(hint === undefined ? {} : { hint }),
  });
  return undefined;
}

function describeType(type: FieldType): string {
  switch (type.kind) {
    case "object":
    case "map":
    case "jsonObject":
      return "a mapping";
    case "list":
      return "a list";
    case "int":
      return "a whole number";
    case "number":
      return "a number";
    case "bool":
      return "true or false";
    case "intOrText":
      return "a whole number or text";
    case "json":
      return "a JSON value";
    case "old":
      return describeType(type.of);
    case "text":
    case "anyText":
    case "quantity":
      return "text";
    case "ignored":
    case "removed":
      return "absent";
  }
}
