/** `millrace locks limit`: how many may hold a semaphore at once. */
import { MillraceError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";

export const command = defineCommand({
  name: "locks limit",
  summary: "say how many may hold a semaphore at once",
  operands: "KEY N|none",
  operandsAtLeast: 2,
  operandsAtMost: 2,
  completes: "nothing",
  details: [
    "The limit is kept in the home and counts over what the ConfigMaps of documents say. It may be changed while runs hold",
    "the semaphore or wait for it: a lower one sends nobody away, and holds for whoever comes next; with 0 all wait.",
  ],
  flags: {},
  examples: [
    { line: "millrace locks limit default/Database/workflow 2", does: "the limit of a database semaphore" },
    {
      line: "millrace locks limit default/ConfigMap/my-config/workflow none",
      does: "what documents say, again",
    },
  ],
  run: async ({ out, openHouse }, _flags, [key = "", text = ""]) => {
    const house = await openHouse();
    checkKey(key);
    const limit = readLimit(text);
    await house.setLockLimit(key, limit);
    out.line(
      limit === undefined ? `${key} has no stored limit` : `${key} may be held ${limit} times at once`,
    );
    return exitCodes.succeeded;
  },
});

function checkKey(key: string): void {
  const isSemaphore = /^[^/]+\/(?:ConfigMap\/[^/]+\/[^/]+|Database\/.+)$/u.test(key);
  if (isSemaphore) return;
  throw new MillraceError("cli/bad-arguments", "invalid", `'${key}' is no key of a semaphore`, {
    hint: "Semaphores are namespace/ConfigMap/NAME/KEY and namespace/Database/NAME; the namespace is `default` unless the document says otherwise.",
  });
}

function readLimit(text: string): number | undefined {
  if (text === "none") return undefined;
  const limit = Number(text);
  if (/^\d+$/u.test(text) && Number.isSafeInteger(limit)) return limit;
  throw new MillraceError(
    "cli/bad-arguments",
    "invalid",
    `a limit is a whole number, or none; found '${text}'`,
  );
}
