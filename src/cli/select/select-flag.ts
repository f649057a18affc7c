/** The flag that names tasks of a run. */
import type { FlagTable } from "../arguments/flag-table.ts";

export const selectFlag = {
  "node-field-selector": {
    kind: "text",
    aliases: ["node"],
    value: "SELECTOR",
    help: "only these tasks: a name, or a selector such as displayName=approve",
  },
} as const satisfies FlagTable;
