/** What lives in `millrace serve` beside the runs. A new part is one line here. */
import { createCronPart } from "./cron-part.ts";
import { createExpiryPart } from "./expiry-part.ts";
import { createLimitsPart } from "./limits-part.ts";
import type { MakeServePart } from "./serve-part.ts";

export const serveParts: readonly MakeServePart[] = [createLimitsPart, createCronPart, createExpiryPart];
