import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { globalFlags } from "../../src/cli/arguments/flag-table.ts";
import type { FlagTable } from "../../src/cli/arguments/flag-table.ts";
import { commandTable } from "../../src/cli/commands/table.ts";
import { listCodeBlocks, listQuotedWords, readPages } from "./pages.ts";
import type { Page } from "./pages.ts";

interface NamedCommand {
  readonly page: string;
  readonly words: readonly string[];
}

/** Commands of ours in shell blocks and in back-ticks. Placeholders in capitals stay; comments do not. */
function listCommands(page: Page): readonly NamedCommand[] {
  const blocks = listCodeBlocks(page).filter(({ language }) => language === "sh");
  const lines = [...blocks.flatMap(({ text }) => text.split("\n")), ...listQuotedWords(page)];
  return lines.flatMap((line) => {
    const command = /(?:^|[|;&]\s*)millrace\s+([^|;&#]+)/.exec(line)?.[1];
    return command === undefined ? [] : [{ page: page.path, words: command.trim().split(/\s+/) }];
  });
}

const names = commandTable.map(({ name }) => name);

function findName(words: readonly string[]): string | undefined {
  return names
    .toSorted((a, b) => b.length - a.length)
    .find((name) => words.slice(0, name.split(" ").length).join(" ") === name);
}

function listFlagNames(table: FlagTable): ReadonlySet<string> {
  return new Set(
    Object.entries(table).flatMap(([name, spec]) => [
      `--${name}`,
      ...(spec.kind === "switch" ? [`--no-${name}`] : []),
      ...(spec.aliases ?? []).map((alias) => `--${alias}`),
      ...(spec.short === undefined ? [] : [`-${spec.short}`]),
    ]),
  );
}

async function findFault({ page, words }: NamedCommand): Promise<string | undefined> {
  const text = `${page}: millrace ${words.join(" ")}`;
  const [first = ""] = words;
  if (first === "COMMAND" || (first.startsWith("--") && Object.hasOwn(globalFlags, first.slice(2))))
    return undefined;
  const name = findName(words);
  const entry = commandTable.find((each) => each.name === name);
  if (entry === undefined) return `${text}: there is no such command`;
  const known = listFlagNames({ ...(await entry.load()).flags, ...globalFlags });
  const flags = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split("=")[0] ?? "");
  const unknown = flags.find((flag) => !known.has(flag));
  return unknown === undefined ? undefined : `${text}: ${name} has no flag ${unknown}`;
}

describe("commands in pages", () => {
  test("exist, with the flags that are named", async () => {
    const commands = readPages().flatMap(listCommands);
    assert.ok(commands.length > 20);
    const faults = await Promise.all(commands.map(findFault));
    assert.deepEqual(
      faults.filter((fault) => fault !== undefined),
      [],
    );
  });

  test("are found in blocks and in back-ticks", async () => {
    const text =
      "Use `millrace fly`:\n\n```sh\ncat x | millrace run - --wings # comment\nmillrace node set x\n```\n";
    const commands = listCommands({ path: "a.md", text });
    assert.deepEqual(
      commands.map(({ words }) => words.join(" ")),
      ["run - --wings", "node set x", "fly"],
    );
    assert.deepEqual(await Promise.all(commands.map(findFault)), [
      "a.md: millrace run - --wings: run has no flag --wings",
      undefined,
      "a.md: millrace fly: there is no such command",
    ]);
  });
});
