/**
 * `sync create` and its like: argo's commands for the limits of semaphores (cmd/argo/commands/sync, server/sync). Those of
 * its database are what `locks limit` stores here; those of ConfigMaps are keys of stored ones.
 */
import type { House } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import { isJsonObject } from "../../base/json.ts";
import type { JsonObject } from "../../base/json.ts";
import { findLimit } from "../../model/run/lock-board.ts";
import { defineCommand } from "../command.ts";
import type { Command, CommandContext } from "../command.ts";
import { printDiagnostics } from "../drive/print-diagnostics.ts";
import { exitCodes } from "../exit-codes.ts";
import { cleanText } from "../render/text-width.ts";
import { isInNamespace } from "./definition-text.ts";
import { syncWords } from "./sync-words.ts";
import type { SyncWord } from "./sync-words.ts";
import { writePlainJson } from "./write-plain-json.ts";

const placeFlags = {
  type: { kind: "choice", choices: ["database", "configmap"], help: "where the limit is kept; required" },
  "cm-name": { kind: "text", value: "NAME", help: "the ConfigMap, with --type configmap" },
  namespace: {
    kind: "text",
    short: "n",
    value: "NAME",
    help: "namespace of the semaphore, and of its ConfigMap (default default)",
  },
} as const;

const limitFlags = {
  ...placeFlags,
  limit: { kind: "number", value: "N", help: "how many may hold it at once, nine digits at most; required" },
} as const;

/** Which limit is meant, and where it is kept. */
interface Place {
  readonly key: string;
  readonly namespace: string;
  /** Absent: the table of stored limits. */
  readonly configMap?: string;
}

interface Keeper {
  /** Undefined when there is none. MillraceError when it is no number. Comes before `write`. */
  read(): Promise<number | undefined>;
  /** Undefined takes it away. False when it was refused; that has been printed. */
  write(limit: number | undefined): Promise<boolean>;
}

export function defineSync(word: SyncWord): Command {
  const hasLimit = word === "create" || word === "update";
  const given = hasLimit ? " --limit 3" : "";
  const facts = {
    name: `sync ${word}`,
    summary: syncWords[word],
    operands: "KEY",
    operandsAtLeast: 1,
    operandsAtMost: 1,
    completes: "nothing",
    details: [
      "As argo has it. A semaphore of type database is one that documents call `database: {key: KEY}`, and its limit is the",
      "same that `millrace locks limit NAMESPACE/Database/KEY` sets; one of type configmap has its limit in a stored ConfigMap.",
    ],
    examples: [
      { line: `millrace sync ${word} workflow --type database${given}`, does: "of a database semaphore" },
      {
        line: `millrace sync ${word} workflow --type configmap --cm-name limits${given}`,
        does: "a key of a stored ConfigMap",
      },
    ],
  } as const;
  if (!hasLimit) {
    return defineCommand({
      ...facts,
      flags: placeFlags,
      run: async (context, flags, [key = ""]) =>
        carryOut(context, await context.openHouse(), word, readPlace(key, flags), undefined),
    });
  }
  return defineCommand({
    ...facts,
    flags: limitFlags,
    run: async (context, flags, [key = ""]) => {
      const [place, limit] = [readPlace(key, flags), readLimit(flags.limit)];
      return carryOut(context, await context.openHouse(), word, place, limit);
    },
  });
}

function readPlace(
  key: string,
  {
    type,
    namespace = "default",
    "cm-name": configMap,
  }: {
    readonly type: "database" | "configmap" | undefined;
    readonly namespace: string | undefined;
    readonly "cm-name": string | undefined;
  },
): Place {
  if (key === "" || type === undefined)
    throw refuse(key === "" ? "a limit needs a key" : "--type must be either 'database' or 'configmap'");
  if (type === "database") return { key, namespace };
  if (configMap === undefined) throw refuse("--cm-name is required when type is configmap");
  return { key, namespace, configMap };
}

function readLimit(limit: number | undefined): number {
  if (limit === undefined) throw refuse("--limit is required");
  if (limit > 0 && findLimit(String(limit)) !== undefined) return limit;
  if (limit > 0) throw refuse("limit must have at most nine digits");
  throw new MillraceError("cli/bad-arguments", "invalid", "limit must be greater than zero", {
    hint: "`millrace locks limit KEY 0` holds everybody back.",
  });
}

function refuse(message: string): MillraceError {
  return new MillraceError("cli/bad-arguments", "invalid", message);
}

async function carryOut(
  context: CommandContext,
  house: House,
  word: SyncWord,
  place: Place,
  limit: number | undefined,
): Promise<number> {
  const keeper = openKeeper(context, house, place);
  const found = await keeper.read();
  checkFound(word, place, found);
  if (word !== "get" && !(await keeper.write(limit))) return exitCodes.usage;
  const { out } = context;
  if (word !== "get") out.line(`Sync limit ${word}d`);
  if (word !== "delete") out.lines(describe(place, limit ?? found ?? 0));
  return exitCodes.succeeded;
}

function checkFound(word: SyncWord, place: Place, found: number | undefined): void {
  const { key, namespace, configMap } = place;
  const where = configMap === undefined ? `namespace "${namespace}"` : `ConfigMap ${cleanText(configMap)}`;
  if (word === "create" && found !== undefined) {
    throw new MillraceError("locks/limit-exists", "conflict", `'${cleanText(key)}' has a limit in ${where}`, {
      hint: "`millrace sync update` changes it.",
    });
  }
  if (word !== "create" && found === undefined) {
    const message = `'${cleanText(key)}' has no limit in ${where}`;
    throw new MillraceError("locks/unknown-limit", "not-found", message, {
      hint: "`millrace sync create` gives it one.",
    });
  }
}

function describe({ key, namespace, configMap }: Place, limit: number): readonly string[] {
  return [
    `Key: ${cleanText(key)}`,
    `Type: ${configMap === undefined ? "database" : "configmap"}`,
    ...(configMap === undefined ? [] : [`ConfigMap Name: ${cleanText(configMap)}`]),
    `Namespace: ${cleanText(namespace)}`,
    `Limit: ${limit}`,
  ];
}

function openKeeper(context: CommandContext, house: House, place: Place): Keeper {
  const { key, namespace, configMap } = place;
  if (configMap !== undefined) return openConfigMap(context, house, { ...place, name: configMap });
  const lock = `${namespace}/Database/${key}`;
  return {
    read: async () => (await house.lockLimits()).get(lock),
    write: async (limit) => {
      await house.setLockLimit(lock, limit);
      return true;
    },
  };
}

function openConfigMap(
  context: CommandContext,
  house: House,
  { name, namespace, key }: Place & { readonly name: string },
): Keeper {
  let before: JsonObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace } };
  return {
    read: async () => {
      const found = (await house.definitions.list("ConfigMap")).find((one) => one.name === name);
      if (found === undefined) return undefined;
      // Names of ConfigMaps are those of a home, whatever their namespaces.
      if (!isInNamespace(found, namespace))
        throw refuse(`the ConfigMap ${cleanText(name)} is not in namespace "${cleanText(namespace)}"`);
      before = found.document;
      const text = readData(before)[key];
      if (text === undefined) return undefined;
      const limit = typeof text === "string" ? findLimit(text) : undefined;
      if (limit !== undefined) return limit;
      throw refuse(
        `'${cleanText(key)}' of ConfigMap ${cleanText(name)} is no whole number: ${JSON.stringify(text)}`,
      );
    },
    write: async (limit) => {
      const { [key]: _former, ...others } = readData(before);
      const data = limit === undefined ? others : { ...others, [key]: String(limit) };
      const file = `configmap ${name}`;
      const source = writePlainJson({ ...before, data });
      const kinds = ["ConfigMap"] as const;
      const answer = await house.definitions.store({ source, file, mode: "apply", kinds, strict: false });
      if (!answer.ok) await printDiagnostics(context, answer.diagnostics, file, "stored");
      return answer.ok;
    },
  };
}

function readData({ data }: JsonObject): JsonObject {
  return isJsonObject(data) ? data : {};
}
