/** `millrace secret list|get|delete|change-key`. Values are printed by `secret get --reveal` and by nothing else. */
import { findByteText } from "../../base/byte-text.ts";
import { MillraceError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { defineCommand } from "../command.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { formatDuration, formatTime } from "../render/durations.ts";
import { printStructured } from "../render/structured.ts";
import { formatFields, formatTable } from "../render/table.ts";
import { cleanText } from "../render/text-width.ts";
import type { SecretRow } from "../../api/secrets.ts";

const outputFlag = {
  kind: "choice",
  short: "o",
  choices: ["json", "yaml", "name"],
  help: "for programs, or names only",
} as const;

export const secretList: Command = defineCommand({
  name: "secret list",
  summary: "list Secrets and their keys",
  operands: "",
  operandsAtLeast: 0,
  operandsAtMost: 0,
  completes: "nothing",
  details: [
    "Those that only came with a document are listed as well; they have no version. Values are not shown.",
  ],
  flags: {
    headers: { kind: "switch", help: "column heads; --no-headers leaves them out" },
    output: outputFlag,
  } as const,
  examples: [{ line: "millrace secret list", does: "names and keys" }],
  run: async ({ io, out, err, openHouse }, { headers, output }) => {
    const house = await openHouse();
    const rows = await house.secrets.list();
    const now = io.clock.now();
    if (output === "json" || output === "yaml") printStructured(out, output, rows.map(toJson));
    else if (output === "name") out.lines(rows.map(({ name }) => cleanText(name)));
    else if (rows.length === 0) err.line(`no Secrets in ${house.home}`);
    else
      out.lines(
        formatTable(
          headers === false ? undefined : ["NAME", "VERSION", "AGE", "KEYS"],
          rows.map(({ name, version, createdAt, keys }) => [
            cleanText(name),
            version === undefined ? "-" : String(version),
            createdAt === undefined ? "-" : formatDuration(now - createdAt),
            cleanText(keys.join(",")),
          ]),
        ),
      );
    return exitCodes.succeeded;
  },
});

function toJson({ name, keys, version, createdAt }: SecretRow) {
  return {
    name,
    keys: [...keys],
    ...(version === undefined ? {} : { version }),
    ...(createdAt === undefined ? {} : { createdAt: formatTime(createdAt) }),
  };
}

export const secretGet: Command = defineCommand({
  name: "secret get",
  summary: "show a Secret, with its values only when asked for",
  operands: "NAME",
  operandsAtLeast: 1,
  operandsAtMost: 1,
  completes: "nothing",
  flags: {
    reveal: { kind: "switch", help: "print the values" },
    key: { kind: "text", value: "KEY", help: "with --reveal: print the value of this key, and nothing else" },
    output: outputFlag,
  } as const,
  examples: [
    { line: "millrace secret get db", does: "its keys" },
    { line: "millrace secret get db --reveal --key password", does: "one value, as it is" },
  ],
  run: async ({ out, openHouse }, { reveal, key, output }, [name = ""]) => {
    const { secrets } = await openHouse();
    const found = (await secrets.list()).find((row) => row.name === name);
    const values = reveal === true || found === undefined ? await secrets.reveal(name) : undefined;
    const row: SecretRow = found ?? { name, keys: [] };
    if (key !== undefined) {
      const value = pickValue(name, key, row, values);
      const base64 = findByteText(value);
      if (base64 === undefined) out.text(value);
      else await out.bytes(Buffer.from(base64, "base64"));
      return exitCodes.succeeded;
    }
    const { keys: _, ...facts } = toJson(row);
    const shown = row.keys.map((each) => showValue(each, values?.[each] ?? "***"));
    if (output === "json" || output === "yaml") printStructured(out, output, { ...facts, ...group(shown) });
    else if (output === "name") out.line(cleanText(name));
    else
      out.lines(
        formatFields([
          ["Name", cleanText(name)],
          ["Version", row.version === undefined ? "" : String(row.version)],
          ...shown.map((one) => [cleanText(one.key), describeValue(one)] as const),
        ]),
      );
    return exitCodes.succeeded;
  },
});

interface ShownValue {
  readonly key: string;
  /** Base64 of a value that is no text. */
  readonly text: string;
  readonly isBytes: boolean;
}

function showValue(key: string, value: string): ShownValue {
  const base64 = findByteText(value);
  return { key, text: base64 ?? value, isBytes: base64 !== undefined };
}

/** A line without a value would not be shown. */
function describeValue({ text, isBytes }: ShownValue): string {
  if (isBytes) return `bytes, in base64: ${text}`;
  return text === "" ? '""' : cleanText(text);
}

/** Texts under `data`, and under `binaryData` the base64 of what is none, as a ConfigMap has them. */
function group(values: readonly ShownValue[]): JsonObject {
  const collect = (isBytes: boolean): JsonObject =>
    Object.fromEntries(values.filter((one) => one.isBytes === isBytes).map(({ key, text }) => [key, text]));
  const binaryData = collect(true);
  return { data: collect(false), ...(Object.keys(binaryData).length === 0 ? {} : { binaryData }) };
}

function pickValue(
  name: string,
  key: string,
  row: SecretRow,
  values: Readonly<Record<string, string>> | undefined,
): string {
  if (values === undefined)
    throw new MillraceError("cli/bad-arguments", "invalid", "--key prints a value, and needs --reveal");
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  if (value !== undefined) return value;
  throw new MillraceError("definition/unknown", "not-found", `the Secret ${name} has no key '${key}'`, {
    hint: `It has ${row.keys.join(", ")}.`,
  });
}

export const secretDelete: Command = defineCommand({
  name: "secret delete",
  summary: "delete Secrets",
  operands: "NAME...",
  operandsAtLeast: 1,
  operandsAtMost: Infinity,
  completes: "nothing",
  details: ["Attempts that need it and have not begun fail, with its name in the message."],
  flags: { "dry-run": { kind: "switch", help: "only say what would be deleted" } } as const,
  examples: [{ line: "millrace secret delete db", does: "the values and the stored document" }],
  run: async ({ out, openHouse }, flags, operands) => {
    const { secrets } = await openHouse();
    const isDry = flags["dry-run"] === true;
    for (const name of operands) {
      if (isDry && !(await secrets.list()).some((row) => row.name === name)) await secrets.reveal(name);
      if (!isDry) await secrets.remove(name);
      out.line(`Secret ${cleanText(name)} ${isDry ? "would be deleted" : "deleted"}`);
    }
    return exitCodes.succeeded;
  },
});

export const secretChangeKey: Command = defineCommand({
  name: "secret change-key",
  summary: "encrypt all Secrets with another key",
  operands: "",
  operandsAtLeast: 0,
  operandsAtMost: 0,
  completes: "nothing",
  details: [
    "The other key is the first one of MILLRACE_SECRET_KEY_FILE or MILLRACE_SECRET_KEY, or else a new one in the user's folder of settings.",
    "The keys before stay where they are, because copies of the home may need them. When interrupted, start it again; nothing is lost in between.",
  ],
  flags: {},
  examples: [{ line: "millrace secret change-key", does: "after a key was seen by somebody" }],
  run: async ({ out, openHouse }) => {
    const { secrets } = await openHouse();
    const { key, count, former } = await secrets.changeKey();
    out.line(`${count} ${count === 1 ? "Secret is" : "Secrets are"} encrypted with the key ${key}`);
    for (const id of former)
      out.line(`the key ${id} is needed for older copies of the home only; delete it when there are none`);
    return exitCodes.succeeded;
  },
});
