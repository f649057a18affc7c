/**
 * sprig's defaults, conditions, reflection and JSON.
 */
import { chargeBytes, EvalError } from "../context.ts";
import type { EvalContext } from "../context.ts";
import { isDeepEqual } from "../expr/compare.ts";
import { readJson, writeJson } from "../go/json.ts";
import type { JsonStyle } from "../go/json.ts";
import { goTypeName, kindOf } from "../value.ts";
import type { Value } from "../value.ts";
import { anyArg, boolArg, fixed, isEmpty, textArg, variadic } from "./sprig-function.ts";
import type { SprigEntries, SprigFunction } from "./sprig-function.ts";

const goKinds: Readonly<Record<string, string>> = {
  nil: "invalid",
  bool: "bool",
  int: "int",
  float: "float64",
  string: "string",
  bytes: "slice",
  list: "slice",
  map: "map",
  time: "struct",
  duration: "int64",
  location: "ptr",
  function: "func",
};

function getKind(value: Value): string {
  return goKinds[kindOf(value)] ?? "invalid";
}

function write(value: Value, style: JsonStyle, context: EvalContext): string {
  const text = writeJson(value, style);
  chargeBytes(context, text.length);
  return text;
}

/** The plain function gives "" where the `must` one refuses. */
function writer(style: JsonStyle, strict: boolean): SprigFunction {
  return fixed(1, (call) => {
    try {
      return write(anyArg(call, 0), style, call.context);
    } catch (error) {
      if (strict || !(error instanceof EvalError) || error.code !== "expression/invalid-operation")
        throw error;
      return "";
    }
  });
}

/** The plain function gives nil where the `must` one refuses. */
function reader(strict: boolean): SprigFunction {
  return fixed(1, (call) => {
    const text = textArg(call, 0);
    chargeBytes(call.context, text.length * 2);
    try {
      return readJson(text);
    } catch (error) {
      if (strict || !(error instanceof EvalError) || error.code !== "expression/invalid-json") throw error;
      return null;
    }
  });
}

const compact: JsonStyle = { escapeHtml: true };
const pretty: JsonStyle = { escapeHtml: true, indent: "  " };
const raw: JsonStyle = { escapeHtml: false };

export const defaultFunctions: SprigEntries = [
  ["default", variadic(1, (call) => (isEmpty(anyArg(call, 1)) ? anyArg(call, 0) : anyArg(call, 1)))],
  ["empty", fixed(1, (call) => isEmpty(anyArg(call, 0)))],
  ["coalesce", variadic(0, (call) => call.args.find((value) => !isEmpty(value)) ?? null)],
  ["all", variadic(0, (call) => !call.args.some(isEmpty))],
  ["any", variadic(0, (call) => call.args.some((value) => !isEmpty(value)))],
  ["ternary", fixed(3, (call) => (boolArg(call, 2) ? anyArg(call, 0) : anyArg(call, 1)))],
  ["toJson", writer(compact, false)],
  ["mustToJson", writer(compact, true)],
  ["toPrettyJson", writer(pretty, false)],
  ["mustToPrettyJson", writer(pretty, true)],
  ["toRawJson", writer(raw, true)],
  ["mustToRawJson", writer(raw, true)],
  ["fromJson", reader(false)],
  ["mustFromJson", reader(true)],
  ["typeOf", fixed(1, (call) => goTypeName(anyArg(call, 0)))],
  ["typeIs", fixed(2, (call) => textArg(call, 0) === goTypeName(anyArg(call, 1)))],
  [
    "typeIsLike",
    fixed(2, (call) => [textArg(call, 0), `*${textArg(call, 0)}`].includes(goTypeName(anyArg(call, 1)))),
  ],
  ["kindOf", fixed(1, (call) => getKind(anyArg(call, 0)))],
  ["kindIs", fixed(2, (call) => textArg(call, 0) === getKind(anyArg(call, 1)))],
  ["deepEqual", fixed(2, (call) => isDeepEqual(anyArg(call, 0), anyArg(call, 1)))],
];
