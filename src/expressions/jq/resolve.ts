/** Finds names in a program that nothing stands behind, before anything is evaluated. */
import { findClosestName } from "../../base/closest-name.ts";
import type { Definition, JqNode, Pattern } from "./ast.ts";
import { listVariables, signature } from "./ast.ts";
import { filterFunctions } from "./filters.ts";
import { formatNames } from "./formats.ts";
import { refuseAt } from "./lexer.ts";
import { findNative, listNatives } from "./natives/table.ts";
import { findPrelude, listPrelude } from "./prelude.ts";

/** Names that hold at a place: `f/1` for functions, `$x` for variables, `*x` for labels. */
interface Names {
  readonly outer: Names | undefined;
  readonly known: ReadonlySet<string>;
}

/** Throws EvalError `expression/jq-syntax` at the first name that is unknown. */
export function checkNames(program: JqNode): void {
  checkNode(program, { outer: undefined, known: new Set() });
}

function add(names: Names, known: readonly string[]): Names {
  return { outer: names, known: new Set(known) };
}

function knows(names: Names, name: string): boolean {
  for (let at: Names | undefined = names; at !== undefined; at = at.outer)
    if (at.known.has(name)) return true;
  return false;
}

function checkNode(node: JqNode, names: Names): void {
  switch (node.kind) {
    case "identity":
    case "literal":
      return;
    case "variable":
      return checkVariable(node.name, node.offset, names);
    case "call":
      checkCall(node.name, node.args.length, node.offset, names);
      return checkAll(node.args, names);
    case "format":
      return checkFormat(node.format, node.offset);
    case "text":
      checkFormat(node.format, node.offset);
      return checkAll(
        node.parts.filter((part) => typeof part !== "string"),
        names,
      );
    case "break":
      if (!knows(names, `*${node.name}`))
        refuseAt(node.offset, `there is no label $${node.name} to break to`);
      return;
    case "label":
      return checkNode(node.body, add(names, [`*${node.name}`]));
    case "function":
      return checkFunction(node.definition, node.body, names);
    case "bind":
      return checkBind(node.source, node.patterns, node.body, names);
    case "reduce":
    case "foreach":
      return checkFold(node, names);
    case "object":
      return checkAll(
        node.members.flatMap(({ key, value }) => [key, value]),
        names,
      );
    case "alternative":
    case "and":
    case "array":
    case "assign":
    case "binary":
    case "comma":
    case "if":
    case "index":
    case "iterate":
    case "negate":
    case "or":
    case "pipe":
    case "slice":
    case "try":
      return checkAll(listParts(node), names);
  }
}

type Plain =
  | "alternative"
  | "and"
  | "array"
  | "assign"
  | "binary"
  | "comma"
  | "if"
  | "index"
  | "iterate"
  | "negate"
  | "or"
  | "pipe"
  | "slice"
  | "try";

/** The nodes below one that gives no names. */
function listParts(node: Extract<JqNode, { readonly kind: Plain }>): readonly JqNode[] {
  const parts: readonly (JqNode | undefined)[] = (() => {
    switch (node.kind) {
      case "array":
        return [node.body];
      case "if":
        return [node.condition, node.then, node.otherwise];
      case "index":
        return [node.target, node.key];
      case "slice":
        return [node.target, node.from, node.to];
      case "iterate":
        return [node.target];
      case "negate":
        return [node.operand];
      case "try":
        return [node.body, node.handler];
      case "alternative":
      case "and":
      case "assign":
      case "binary":
      case "comma":
      case "or":
      case "pipe":
        return [node.left, node.right];
    }
  })();
  return parts.filter((part) => part !== undefined);
}

function checkAll(nodes: readonly JqNode[], names: Names): void {
  for (const node of nodes) checkNode(node, names);
}

function checkVariable(name: string, offset: number, names: Names): void {
  if (knows(names, `$${name}`)) return;
  if (name === "ENV") refuseAt(offset, "there is no environment here: $ENV is not defined");
  refuseAt(offset, `$${name} is not defined`);
}

function checkFormat(format: string, offset: number): void {
  if (!formatNames.includes(format))
    refuseAt(offset, `@${format} is not a format; there are: @${formatNames.join(" @")}`);
}

/** What jq has and a filter of one value cannot have. */
const withoutWorld: ReadonlySet<string> = new Set([
  "env",
  "input",
  "inputs",
  "debug",
  "stderr",
  "input_filename",
  "input_line_number",
  "halt",
  "halt_error",
  "localtime",
  "get_search_list",
  "modulemeta",
]);

function checkCall(name: string, count: number, offset: number, names: Names): void {
  const wanted = signature(name, count);
  if (knows(names, wanted) || isBuiltIn(wanted)) return;
  if (withoutWorld.has(name))
    refuseAt(offset, `${wanted} reaches outside of the filter's input, which no filter can here`);
  const all = [...filterFunctions.keys(), ...listNatives(), ...listPrelude()].filter(
    (one) => !one.startsWith("_"),
  );
  const others = all.filter((one) => one.startsWith(`${name}/`));
  if (others.length > 0) refuseAt(offset, `${wanted} is not defined; there is ${others.join(", ")}`);
  const close = findClosestName(name, [...new Set(all.map((one) => one.slice(0, one.indexOf("/"))))]);
  refuseAt(offset, `${wanted} is not defined${close === undefined ? "" : `; did you mean ${close}?`}`);
}

function isBuiltIn(name: string): boolean {
  return filterFunctions.has(name) || findNative(name) !== undefined || findPrelude(name) !== undefined;
}

function checkFunction(definition: Definition, body: JqNode, names: Names): void {
  const { name, params } = definition;
  const outside = add(names, [signature(name, params.length)]);
  const inside = params.flatMap((param) =>
    param.startsWith("$") ? [param, signature(param.slice(1), 0)] : [signature(param, 0)],
  );
  checkNode(definition.body, add(outside, inside));
  checkNode(body, outside);
}

function checkBind(source: JqNode, patterns: readonly Pattern[], body: JqNode, names: Names): void {
  checkNode(source, names);
  const inside = add(
    names,
    patterns.flatMap(listVariables).map((name) => `$${name}`),
  );
  for (const pattern of patterns) checkPattern(pattern, patterns.length > 1 ? inside : names);
  checkNode(body, inside);
}

function checkFold(node: Extract<JqNode, { readonly kind: "reduce" | "foreach" }>, names: Names): void {
  checkAll([node.source, node.init], names);
  checkPattern(node.pattern, names);
  const inside = add(
    names,
    listVariables(node.pattern).map((name) => `$${name}`),
  );
  checkNode(node.update, inside);
  if (node.kind === "foreach" && node.extract !== undefined) checkNode(node.extract, inside);
}

/** Keys may use the names of the members before them. */
function checkPattern(pattern: Pattern, names: Names): void {
  if (pattern.kind === "variable") return;
  let sofar = names;
  const parts =
    pattern.kind === "array"
      ? pattern.items.map((value) => ({ variable: undefined, key: undefined, value }))
      : pattern.members;
  for (const { variable, key, value } of parts) {
    if (key !== undefined) checkNode(key, sofar);
    if (value !== undefined) checkPattern(value, sofar);
    const more = [
      ...(variable === undefined ? [] : [variable]),
      ...(value === undefined ? [] : listVariables(value)),
    ];
    sofar = add(
      sofar,
      more.map((name) => `$${name}`),
    );
  }
}
