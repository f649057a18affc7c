/**
 * The field tables are texts, and are read on first use: a document reaches few of their types, and as objects they would
 * be made at each start.
 *
 *   Name: field T, field T  an object type; where they are many its fields are lines, indented
 *   name: field T, field T  fields that several types share
 *   ...Name ...name         those fields as well
 *   # words                 a remark
 *
 * A field holds one of these:
 *
 *   text anyText quantity   text; numbers and booleans become text by three different Go rules
 *   int number bool         as named
 *   intOrText               Kubernetes IntOrString
 *   json jsonObject         any JSON value, any JSON object
 *   ignored removed         accepted and left out; `removed` with a warning
 *   [T] {T}                 list of T, map from text to T
 *   old:NAME:T              an old field: one T, moved into the field NAME (a list)
 *   Name                    an object type of the tables
 */
import { InvariantError } from "../../../../base/errors.ts";
import { lazily } from "../../../../base/lazily.ts";
import { artifactFields } from "./artifact-fields.ts";
import { kubernetesFields } from "./kubernetes-fields.ts";
import { templateFields } from "./template-fields.ts";
import { workflowFields } from "./workflow-fields.ts";

const scalarTypes = [
  "text",
  "anyText",
  "quantity",
  "int",
  "number",
  "bool",
  "intOrText",
  "json",
  "jsonObject",
] as const;
const absentTypes = ["ignored", "removed"] as const;

export type ScalarKind = (typeof scalarTypes)[number];

/** What a field may hold. */
export type FieldType =
  | { readonly kind: ScalarKind }
  | { readonly kind: (typeof absentTypes)[number] }
  | { readonly kind: "list"; readonly of: FieldType }
  | { readonly kind: "map"; readonly of: FieldType }
  | { readonly kind: "old"; readonly target: string; readonly of: FieldType }
  | ObjectType;

/** An object with a fixed set of fields. */
export interface ObjectType {
  readonly kind: "object";
  readonly name: string;
  /** What the field of that name may hold; undefined when there is none. */
  readonly findField: (field: string) => FieldType | undefined;
  /** All fields. */
  readonly fields: () => ReadonlyMap<string, FieldType>;
}

const fieldTables = kubernetesFields + artifactFields + templateFields + workflowFields;

const compiled = new Map<string, FieldType>();

/** The object type of that name in the tables. */
export function getObjectType(name: string): ObjectType {
  const type = getFieldType(name);
  if (type.kind !== "object") throw new InvariantError(`${name} is not an object type`);
  return type;
}

/** Names of all object types, for tests that walk the tables. */
export function listObjectTypes(): readonly string[] {
  return [...fieldTables.matchAll(/^([A-Z]\w*):/gm)].map(([, name = ""]) => name);
}

function getFieldType(notation: string): FieldType {
  const known = compiled.get(notation);
  if (known !== undefined) return known;
  const type = compileFieldType(notation);
  compiled.set(notation, type);
  return type;
}

function compileFieldType(notation: string): FieldType {
  const inner = notation.slice(1, -1);
  if (notation.startsWith("[")) return { kind: "list", of: getFieldType(inner) };
  if (notation.startsWith("{")) return { kind: "map", of: getFieldType(inner) };
  const [first = "", target = "", of = ""] = notation.split(":");
  if (first === "old") return { kind: "old", target, of: getFieldType(of) };
  const scalar = scalarTypes.find((kind) => kind === notation);
  if (scalar !== undefined) return { kind: scalar };
  const absent = absentTypes.find((kind) => kind === notation);
  if (absent !== undefined) return { kind: absent };
  return compileObject(notation);
}

function compileObject(name: string): ObjectType {
  const known = new Map<string, FieldType>();
  const findField = (field: string): FieldType | undefined => {
    const found = known.get(field);
    if (found !== undefined) return found;
    const notation = findNotation(findTable(name), field);
    if (notation === undefined) return undefined;
    const type = getFieldType(notation);
    known.set(field, type);
    return type;
  };
  return { kind: "object", name, findField, fields: lazily(() => new Map(compileFields(findTable(name)))) };
}

/** What stands behind the name of an object type: its fields with their types, and names of types with more of them. */
function findTable(name: string): string {
  const head = `\n${name}:`;
  const start = fieldTables.indexOf(head);
  if (start === -1) throw new InvariantError(`the field tables have no type ${name}`);
  let end = fieldTables.indexOf("\n", start + 1);
  while (fieldTables[end + 1] === " ") end = fieldTables.indexOf("\n", end + 1);
  return fieldTables.slice(start + head.length, end);
}

/** The notation of one field. It is looked for as it stands: most types have many more fields than a document uses. */
function findNotation(table: string, field: string): string | undefined {
  if (field === "" || field.includes(" ") || field.includes(",") || field.includes("\n")) return undefined;
  const at = table.indexOf(` ${field} `);
  if (at !== -1) return readEntry(table, at + field.length + 2);
  for (let more = table.indexOf("..."); more !== -1; more = table.indexOf("...", more + 3)) {
    const notation = findNotation(findTable(readEntry(table, more + 3)), field);
    if (notation !== undefined) return notation;
  }
  return undefined;
}

/** From there to the end of the entry. */
function readEntry(table: string, start: number): string {
  let end = start;
  while (end < table.length && table[end] !== "," && table[end] !== "\n") end += 1;
  return table.slice(start, end);
}

function compileFields(table: string): (readonly [string, FieldType])[] {
  const entries = table.replaceAll(",", "\n").split("\n");
  return entries.flatMap((written) => {
    const entry = written.trim();
    if (entry === "") return [];
    if (entry.startsWith("...")) return compileFields(findTable(entry.slice(3)));
    const space = entry.indexOf(" ");
    return [[entry.slice(0, space), getFieldType(entry.slice(space + 1))]];
  });
}
