/**
 * The names that expr-lang calls itself (builtin/builtin.go, 1.17.8); they win over names of the environment
 * when they are called.
 */

/** How a predicate builtin's arguments look: `e` an expression, `p` a predicate, upper case when it may be absent. */
export const predicateShapes: ReadonlyMap<string, string> = new Map([
  ["all", "ep"], ["none", "ep"], ["any", "ep"], ["one", "ep"], ["filter", "ep"], ["map", "ep"],
  ["count", "eP"], ["sum", "eP"], ["find", "ep"], ["findIndex", "ep"], ["findLast", "ep"],
  ["findLastIndex", "ep"], ["groupBy", "ep"], ["sortBy", "epE"], ["reduce", "epE"],
]);

/** Builtins that take plain arguments. */
export const plainBuiltins: ReadonlySet<string> = new Set([
  "len", "type", "abs", "ceil", "floor", "round", "int", "float", "string",
  "trim", "trimPrefix", "trimSuffix", "upper", "lower", "split", "splitAfter", "replace", "repeat", "join",
  "indexOf", "lastIndexOf", "hasPrefix", "hasSuffix",
  "max", "min", "mean", "median", "toJSON", "fromJSON", "toBase64", "fromBase64",
  "now", "duration", "date", "timezone", "first", "last", "get", "take",
  "keys", "values", "toPairs", "fromPairs", "reverse", "uniq", "concat", "flatten", "sort",
  "bitand", "bitor", "bitxor", "bitnand", "bitshl", "bitshr", "bitushr", "bitnot",
]);
