/**
 * The notation of the field tables, compiled on first use.
 *
 *   text anyText quantity   text; numbers and booleans become text by three different Go rules
 *   int number bool         as named
 *   intOrText               Kubernetes IntOrString
 *   json jsonObject         any JSON value, any JSON object
 *   ignored removed         accepted and left out; `removed` with a warning
 *   [T] {T}                 list of T, map from text to T
 *   old NAME T              an old field: one T, moved into the field NAME (a list)
 *   Name                    an object type of the tables
 *
 * A type is compiled once, and only when a document reaches it.
 */
import { InvariantError } from "../../../../base/errors.ts";
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
  /** Compiled when first asked for. */
  readonly fields: () => ReadonlyMap<string, FieldType>;
}

const fieldTables: { readonly [name: string]: { readonly [field: string]: string } } = {
  ...kubernetesFields,
  ...artifactFields,
  ...templateFields,
  ...workflowFields,
};

const compiled = new Map<string, FieldType>();

/** The object type of that name in the tables. */
export function getObjectType(name: string): ObjectType {
  const type = getFieldType(name);
  if (type.kind !== "object") throw new InvariantError(`${name} is not an object type`);
  return type;
}

/** Names of all object types, for tests that walk the tables. */
export function listObjectTypes(): readonly string[] {
  return Object.keys(fieldTables);
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
  const [first = "", target = "", of = ""] = notation.split(" ");
  if (first === "old") return { kind: "old", target, of: getFieldType(of) };
  const scalar = scalarTypes.find((kind) => kind === notation);
  if (scalar !== undefined) return { kind: scalar };
  const absent = absentTypes.find((kind) => kind === notation);
  if (absent !== undefined) return { kind: absent };
  const table = fieldTables[notation];
  if (table === undefined) throw new InvariantError(`the field tables have no type ${notation}`);
  return compileObject(notation, table);
}

function compileObject(name: string, table: { readonly [field: string]: string }): ObjectType {
  let fields: ReadonlyMap<string, FieldType> | undefined;
  return {
    kind: "object",
    name,
    fields: () =>
      (fields ??= new Map(Object.entries(table).map(([field, notation]) => [field, getFieldType(notation)]))),
  };
}
