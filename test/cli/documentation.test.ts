import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { argoFlags } from "../../src/cli/arguments/argo-flags.ts";
import { globalFlags } from "../../src/cli/arguments/flag-table.ts";
import type { FlagTable } from "../../src/cli/arguments/flag-table.ts";
import { runCli } from "../../src/cli/cli.ts";
import type { Command } from "../../src/cli/command.ts";
import { commandTable } from "../../src/cli/commands/table.ts";
import { formatBash, formatFish, formatZsh } from "../../src/cli/render/completion-scripts.ts";
import { createFakeHouse } from "./fake-house.ts";
import { createWorld } from "./fake-world.ts";
import { renderCommand, renderExitCodes, renderGlobalFlags } from "./reference-page.ts";

const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
const commands: readonly Command[] = await Promise.all(commandTable.map((entry) => entry.load()));

describe("the command table", () => {
  test("and the commands agree on name and summary", () => {
    assert.deepEqual(
      commands.map(({ name, summary }) => ({ name, summary })),
      commandTable.map(({ name, summary }) => ({ name, summary })),
    );
  });

  test("every command has an example that begins with a known command or pipes into one", () => {
    for (const { name, examples } of commands) {
      assert.ok(examples.length > 0, name);
      for (const { line } of examples) assert.match(line, /millrace [a-z]+/, name);
    }
  });

  test("no flag hides another", () => {
    for (const { name, flags } of commands) {
      const all: FlagTable = { ...flags, ...globalFlags };
      const specs = Object.entries(all);
      const letters = specs.flatMap(([, spec]) => (spec.short === undefined ? [] : [spec.short]));
      const names = specs.flatMap(([flag, spec]) => [flag, ...(spec.aliases ?? [])]);
      assert.equal(new Set(letters).size, letters.length, name);
      assert.equal(new Set(names).size, names.length, name);
    }
  });

  test("every command answers --help", async () => {
    for (const { name } of commandTable) {
      const world = createWorld();
      assert.equal(await runCli([...name.split(" "), "--help"], world.io, () => createFakeHouse()), 0);
      assert.match(world.stdout.text(), new RegExp(`^millrace ${name}: `));
    }
  });
});

describe("docs/cli.md", () => {
  for (const command of commands) {
    test(`describes ${command.name} as the command table does`, () => {
      const heading = `## millrace ${command.name}\n`;
      const start = page.indexOf(heading);
      const next = page.indexOf("\n## ", start + 1);
      assert.equal(
        start < 0 ? "" : page.slice(start, next < 0 ? undefined : next).trim(),
        renderCommand(command),
      );
    });
  }

  test("describes no other command", () => {
    const headings = [...page.matchAll(/^## millrace (.*)$/gm)].map(([, name]) => name);
    assert.deepEqual(
      headings,
      commands.map(({ name }) => name),
    );
  });

  test("names the flags of argo that are accepted without effect", () => {
    for (const [name, spec] of Object.entries(argoFlags)) {
      const shown = "short" in spec ? `-${spec.short}, --${name}` : `--${name}`;
      assert.ok(page.includes(`\`${shown}\``), shown);
    }
  });

  test("has the exit codes and the flags of every command", () => {
    assert.ok(page.includes(renderExitCodes()), renderExitCodes());
    assert.ok(page.includes(renderGlobalFlags()), renderGlobalFlags());
  });
});

describe("completion", () => {
  function hasShell(shell: string): boolean {
    return spawnSync(shell, ["-c", "exit 0"]).status === 0;
  }
  const cases = [
    { shell: "bash", check: ["-n"], write: formatBash },
    { shell: "zsh", check: ["-n"], write: formatZsh },
    { shell: "fish", check: ["--no-execute"], write: formatFish },
  ];
  for (const { shell, check, write } of cases) {
    test(
      `the script for ${shell} is one that ${shell} can read`,
      { skip: hasShell(shell) ? false : `${shell} is not installed` },
      () => {
        const { status, stderr } = spawnSync(shell, check, {
          input: write(commands).join("\n"),
          encoding: "utf8",
        });
        assert.deepEqual([status, stderr], [0, ""]);
      },
    );
    test(`the script for ${shell} knows every command and flag`, () => {
      const script = write(commands).join("\n");
      for (const { name, flags } of commands) {
        for (const word of name.split(" ")) assert.ok(script.includes(word), word);
        for (const flag of Object.keys(flags)) assert.ok(script.includes(flag), flag);
      }
    });
  }

  test(
    "bash offers commands, flags, and choices",
    { skip: hasShell("bash") ? false : "bash is not installed" },
    () => {
      const complete = (...words: readonly string[]): readonly string[] => {
        const ask = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _millrace; printf '%s\\n' "\${COMPREPLY[@]}"`;
        const { stdout } = spawnSync(
          "bash",
          [
            "--norc",
            "-c",
            `millrace() { echo run-1; echo run-2; }\n${formatBash(commands).join("\n")}\n${ask}`,
          ],
          { encoding: "utf8" },
        );
        return stdout.trim().split("\n");
      };
      assert.deepEqual(complete("millrace", "re"), ["resubmit", "resume", "retry"]);
      assert.deepEqual(complete("millrace", "list", "--pre"), ["--prefix"]);
      assert.deepEqual(complete("millrace", "get", "-o", "y"), ["yaml"]);
      assert.deepEqual(complete("millrace", "get", "run"), ["run-1", "run-2"]);
      assert.deepEqual(complete("millrace", "node", "s"), ["set"]);
    },
  );

  test("an unknown shell is a mistake", async () => {
    const world = createWorld();
    assert.equal(await runCli(["completion", "tcsh"], world.io, () => createFakeHouse()), 2);
    assert.match(world.stderr.text(), /There is bash, zsh and fish\./);
  });
});
