/**
 * Reads a jq program (jq manual 1.7; the order in which operators bind is that of jq's grammar).
 * From weakest to strongest: `|`, `,`, `//`, assignments, `or`, `and`, comparisons, `+ -`, `* / %`.
 */
import type { AssignOperator, BinaryOperator, Definition, JqNode } from "./ast.ts";
import { refuseAt } from "./lexer.ts";
import {
  createParser,
  expect,
  isEnd,
  isOperator,
  isWord,
  nest,
  parsePipe,
  refuseToken,
  take,
  takeIf,
} from "./parser-state.ts";
import type { Parser } from "./parser-state.ts";
import { parsePostfix, readTerm } from "./parse-term.ts";

const rooms = { pipe: readPipe, term: readTerm };

/** Takes a whole program apart; throws EvalError `expression/jq-syntax`. */
export function parseProgram(text: string): JqNode {
  const parser = createParser(text, rooms);
  if (["import", "include", "module"].some((word) => isWord(parser, word)))
    refuseAt(parser.token.offset, "a filter has no modules");
  if (isEnd(parser)) return { kind: "identity", offset: 0 };
  const node = parsePipe(parser);
  if (!isEnd(parser)) refuseToken(parser, "an operator or the end");
  return node;
}

/** The definitions of a text that is built in. */
export function parseDefinitions(text: string): readonly Definition[] {
  const parser = createParser(text, rooms, true);
  const definitions: Definition[] = [];
  while (isWord(parser, "def")) definitions.push(parseDefinition(parser));
  if (!isEnd(parser)) refuseToken(parser, "'def'");
  return definitions;
}

/** Pipes are taken in a loop and folded from the right, because filters may be long chains of them. */
function readPipe(parser: Parser): JqNode {
  const steps: JqNode[] = [];
  do steps.push(parseComma(parser));
  while (takeIf(parser, "|"));
  return steps.reduceRight((right, left) => ({ kind: "pipe", left, right, offset: left.offset }));
}

/** A definition holds for all that follows it. */
function parseLocal(parser: Parser): JqNode {
  const { offset } = parser.token;
  const definition = parseDefinition(parser);
  return { kind: "function", definition, body: parsePipe(parser), offset };
}

function parseDefinition(parser: Parser): Definition {
  expect(parser, "def");
  if (parser.token.kind !== "word") refuseToken(parser, "the name of a function");
  const name = take(parser).text;
  const params: string[] = [];
  if (takeIf(parser, "(")) {
    do {
      if (parser.token.kind !== "word" && parser.token.kind !== "variable")
        refuseToken(parser, "a parameter");
      const { kind, text } = take(parser);
      params.push(kind === "variable" ? `$${text}` : text);
    } while (takeIf(parser, ";"));
    expect(parser, ")");
  }
  expect(parser, ":");
  const body = parsePipe(parser);
  expect(parser, ";");
  return { name, params, body };
}

function parseComma(parser: Parser): JqNode {
  let left = parseAlternative(parser);
  while (takeIf(parser, ",")) {
    left = { kind: "comma", left, right: parseAlternative(parser), offset: left.offset };
  }
  return left;
}

/** `//` groups to the right. */
function parseAlternative(parser: Parser): JqNode {
  if (isWord(parser, "def")) return parseLocal(parser);
  const left = parseAssignment(parser);
  const { offset } = parser.token;
  if (!takeIf(parser, "//")) return left;
  return { kind: "alternative", left, right: nest(parser, parseAlternative), offset };
}

const assignOperators: readonly string[] = [
  "=",
  "|=",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "//=",
] satisfies AssignOperator[];

function parseAssignment(parser: Parser): JqNode {
  const left = parseLogic(parser, 0);
  const operator = takeOperator<AssignOperator>(parser, assignOperators);
  if (operator === undefined) return left;
  const right = parseLogic(parser, 0);
  if (assignOperators.some((other) => isOperator(parser, other)))
    refuseToken(parser, "no second assignment, which would need brackets");
  return { kind: "assign", operator: operator.text, left, right, offset: operator.offset };
}

const logicWords = ["or", "and"] as const;

function parseLogic(parser: Parser, level: number): JqNode {
  const kind = logicWords[level];
  if (kind === undefined) return parseComparison(parser);
  let left = parseLogic(parser, level + 1);
  while (takeIf(parser, kind)) {
    left = { kind, left, right: parseLogic(parser, level + 1), offset: left.offset };
  }
  return left;
}

const comparisons: readonly string[] = ["==", "!=", "<", "<=", ">", ">="] satisfies BinaryOperator[];

function parseComparison(parser: Parser): JqNode {
  const left = parseArithmetic(parser, 0);
  const operator = takeOperator<BinaryOperator>(parser, comparisons);
  if (operator === undefined) return left;
  const right = parseArithmetic(parser, 0);
  if (comparisons.some((other) => isOperator(parser, other)))
    refuseToken(parser, "no second comparison, which would need brackets");
  return { kind: "binary", operator: operator.text, left, right, offset: operator.offset };
}

const arithmetic: readonly (readonly string[])[] = [
  ["+", "-"] satisfies BinaryOperator[],
  ["*", "/", "%"] satisfies BinaryOperator[],
];

function parseArithmetic(parser: Parser, level: number): JqNode {
  const operators = arithmetic[level];
  if (operators === undefined) return parseSign(parser);
  let left = parseArithmetic(parser, level + 1);
  for (;;) {
    const operator = takeOperator<BinaryOperator>(parser, operators);
    if (operator === undefined) return left;
    const right = parseArithmetic(parser, level + 1);
    left = { kind: "binary", operator: operator.text, left, right, offset: operator.offset };
  }
}

function parseSign(parser: Parser): JqNode {
  const { offset } = parser.token;
  if (!takeIf(parser, "-")) return parsePostfix(parser);
  return { kind: "negate", operand: nest(parser, parseSign), offset };
}

/** Takes one of these operators; the caller's list and type are the same. */
function takeOperator<T extends string>(
  parser: Parser,
  operators: readonly string[],
): { readonly text: T; readonly offset: number } | undefined {
  const { kind, text, offset } = parser.token;
  if (kind !== "operator" || !operators.includes(text)) return undefined;
  take(parser);
  return { text: text as T, offset };
}
