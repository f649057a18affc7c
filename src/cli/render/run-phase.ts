/** How a run stands, in its language's word; a run that waits for a person says so, as `Running (Suspended)` (Argo: list). */
import type { RunRow } from "../../api/house.ts";
import { cleanText } from "./text-width.ts";

export function formatRunPhase({ phase, shownPhase }: RunRow): string {
  const shown = cleanText(shownPhase);
  return phase === "suspended" && shown.toLowerCase() !== "suspended" ? `${shown} (Suspended)` : shown;
}
