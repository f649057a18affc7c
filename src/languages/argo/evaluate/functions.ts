/** Functions that Argo's expressions have besides those of expr itself. */
import type { Value } from "../../../expressions/value.ts";

export const argoFunctions: ReadonlyMap<string, Value> = new Map<string, Value>();
