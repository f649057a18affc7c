/** `millrace locks`: who holds which lock, and who waits for it. */
import type { LockRow, LockUserRow } from "../../api/house.ts";
import type { JsonObject } from "../../base/json.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { printStructured } from "../render/structured.ts";
import { formatTable } from "../render/table.ts";
import { cleanText } from "../render/text-width.ts";

/** Most names of those who wait that a line of the table shows. */
const namesAtMost = 5;

export const command = defineCommand({
  name: "locks",
  summary: "show who holds locks and who waits for them",
  operands: "[KEY]",
  operandsAtLeast: 0,
  operandsAtMost: 1,
  completes: "nothing",
  details: [
    "A lock is a mutex or a semaphore of a document's synchronization. Its key is namespace/Mutex/NAME, namespace/ConfigMap/NAME/KEY or namespace/Database/NAME.",
  ],
  flags: {
    output: { kind: "choice", short: "o", choices: ["json", "yaml"], help: "for programs, with every name" },
  } as const,
  examples: [
    { line: "millrace locks", does: "all locks that are held or waited for" },
    { line: "millrace locks default/Mutex/deploy -o json", does: "one lock, with all that wait" },
  ],
  run: async ({ out, err, openHouse }, flags, [key]) => {
    const house = await openHouse();
    const rows = (await house.locks()).filter((row) => key === undefined || row.key === key);
    if (flags.output !== undefined) printStructured(out, flags.output, rows.map(toJson));
    else if (rows.length === 0)
      err.line(key === undefined ? "no locks are held" : `nobody uses lock '${key}'`);
    else out.lines(formatTable(["LOCK", "USED", "HELD BY", "WAITING"], rows.map(toCells)));
    return exitCodes.succeeded;
  },
});

/** What programs get: the row with all its names. */
function toJson({ key, limit, used, holders, waiting }: LockRow): JsonObject {
  return {
    key,
    ...(limit === undefined ? {} : { limit }),
    used,
    holders: holders.map(userToJson),
    waiting: waiting.map(userToJson),
  };
}

function userToJson({ run, runId, task, name, priority, suspended }: LockUserRow): JsonObject {
  return {
    run,
    runId,
    ...(task === undefined ? {} : { task }),
    ...(name === undefined ? {} : { name }),
    priority,
    ...(suspended === undefined ? {} : { suspended }),
  };
}

function toCells({ key, limit, used, holders, waiting }: LockRow): readonly string[] {
  const status = limit === undefined ? `${used} (no limit)` : `${used}/${limit}`;
  return [cleanText(key), status, nameAll(holders), waiting.length === 0 ? "-" : nameAll(waiting)];
}

function nameUser({ run, name, suspended }: LockUserRow): string {
  const user = cleanText(name === undefined ? run : `${run}: ${name}`);
  return suspended === undefined ? user : `${user} (suspended)`;
}

function nameAll(users: readonly LockUserRow[]): string {
  if (users.length === 0) return "-";
  const names = users.slice(0, namesAtMost).map(nameUser);
  const more = users.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
