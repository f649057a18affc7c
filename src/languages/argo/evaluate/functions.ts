/** Names that Argo's expressions have besides the variables: the sprig functions, as members of one object (Argo, util/expr/env). */
import { sprigObject } from "../../../expressions/sprig/sprig.ts";
import type { Value } from "../../../expressions/value.ts";

export const argoFunctions: ReadonlyMap<string, Value> = new Map<string, Value>([["sprig", sprigObject]]);
