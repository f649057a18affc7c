/** Both ways to start the program of a slot keep the same promises: src/executors/slots/start-slot.ts. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import fc from "fast-check";
import { createNativeStart } from "../../src/executors/slots/native-start.ts";
import { killGroup } from "../../src/executors/slots/send-signal.ts";
import { startWithNode, type SlotProcess, type StartSlot } from "../../src/executors/slots/start-slot.ts";
import { findNativeAddon } from "../../src/main/native-addon.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

const addon = findNativeAddon();
const skipAddon = addon === undefined ? "there is no addon (set-up found no C compiler)" : false;

interface Talk {
  readonly slot: SlotProcess;
  readonly notices: string;
  /** What it has said by the time it is gone. */
  readonly said: Promise<string>;
  /** Resolves when it has said so many bytes. */
  readonly hear: (count: number) => Promise<string>;
}

function talk(
  start: StartSlot,
  folder: string,
  program: string,
  environment: Readonly<Record<string, string>> = { PATH: "/usr/bin:/bin" },
): Talk {
  const notices = join(folder, "notices");
  let heard = "";
  let tellGone: (text: string) => void = () => undefined;
  let tellHeard: () => void = () => undefined;
  const said = new Promise<string>((resolve) => (tellGone = resolve));
  const slot = start(program, environment, notices, {
    said: (text) => {
      heard += text;
      tellHeard();
    },
    gone: () => tellGone(heard),
  });
  assert.ok(!(slot instanceof Error));
  const hear = (count: number): Promise<string> =>
    new Promise((resolve) => {
      tellHeard = () => heard.length >= count && resolve(heard);
      tellHeard();
    });
  return { slot, notices, said, hear };
}

/** A module for a process of its own: `start` is the way of that name, and `notices` a file. */
function writeScript(context: TestContext, way: string, text: string): readonly string[] {
  const source = (name: string): string =>
    JSON.stringify(join(import.meta.dirname, "..", "..", "src", `${name}.ts`));
  const head = `
    import { createNativeStart } from ${source("executors/slots/native-start")};
    import { startWithNode } from ${source("executors/slots/start-slot")};
    import { findNativeAddon } from ${source("main/native-addon")};
    const start = ${way === "the addon" ? "createNativeStart(findNativeAddon())" : "startWithNode"};
    const notices = ${JSON.stringify(join(makeTemporaryFolder(context), "notices"))};`;
  return ["--input-type=module", "-e", head + text];
}

function describeStart(name: string, skip: string | false, getStart: () => StartSlot): void {
  describe(name, { skip }, () => {
    test("text of any length goes both ways, and the end of the input is told", async (context) => {
      const folder = makeTemporaryFolder(context);
      const text = fc.string({ unit: "grapheme", maxLength: 2000 });
      const lengths = fc.constantFrom(0, 1, 65_536, 300_000, 3_000_000);
      await fc.assert(
        fc.asyncProperty(fc.array(text, { maxLength: 5 }), lengths, async (texts, length) => {
          const { slot, said, hear } = talk(getStart(), folder, "/bin/cat");
          const all = [...texts, "x".repeat(length), "\0\n"];
          for (const each of all) slot.write(each);
          const expected = Buffer.from(all.join("")).toString("latin1");
          // Not before everything has come back: what a pipe has not taken yet may be lost with its writer.
          assert.equal(await hear(expected.length), expected);
          slot.end();
          assert.equal(await said, expected);
        }),
        { numRuns: 25 },
      );
    });

    test("a program has the environment that is given, no ignored signals, and a session of its own", async (context) => {
      const folder = makeTemporaryFolder(context);
      const environment = { PATH: "/usr/bin:/bin", WORDS: "two words", EMPTY: "", LINES: "a\nb" };
      const { slot, said, notices } = talk(getStart(), folder, "/bin/sh", environment);
      slot.write(`printf '%s|' "$WORDS" "$LINES" "\${EMPTY-unset}" "\${HOME-unset}"\n`);
      slot.write("grep -E 'Sig(Ign|Blk)' /proc/self/status | cut -f2 | tr '\\n' ' '\n");
      slot.write("printf '%s %s' $$ \"$(cut -d' ' -f5,6 /proc/$$/stat)\"; echo trouble >&2\n");
      slot.end();
      const pid = slot.pid;
      const [text = "", left = "", empty, home, rest = ""] = (await said).split("|");
      assert.deepEqual([text, left, empty, home], ["two words", "a\nb", "", "unset"]);
      const [blocked, ignored, own, session, group] = rest.split(" ");
      // The system's own two signals are none that a program would miss.
      assert.deepEqual([Number(`0x${blocked}`), Number(`0x${ignored}`) % 2 ** 31], [0, 0]);
      assert.deepEqual(
        [own, session, group],
        Array.from({ length: 3 }, () => String(pid)),
      );
      assert.equal(readFileSync(notices, "utf8"), "trouble\n");
    });

    test("what cannot be started is an error", (context) => {
      const folder = makeTemporaryFolder(context);
      const listener = { said: () => assert.fail(), gone: () => assert.fail() };
      for (const program of ["/no/such/program", folder]) {
        const started = getStart()(program, {}, join(folder, "notices"), listener);
        assert.ok(started instanceof Error);
        assert.match(started.message, new RegExp(program));
      }
    });

    test("one that is killed is gone, and takes no more", async (context) => {
      const { slot, said, hear } = talk(getStart(), makeTemporaryFolder(context), "/bin/cat");
      slot.write("before");
      await hear(6);
      killGroup(slot.pid);
      assert.equal(await said, "before");
      slot.write("after");
      slot.end();
      slot.detach();
      assert.ok(!existsSync(`/proc/${slot.pid}/exe`));
    });

    test("an error in a listener is an error of the process", (context) => {
      const args = writeScript(
        context,
        name,
        `
        const said = () => { throw new Error("of the listener"); };
        const slot = start("/bin/cat", {}, notices, { said, gone() {} });
        process.on("uncaughtException", (error) => process.exit(error.message === "of the listener" ? 7 : 8));
        slot.write("text");
      `,
      );
      const ended = spawnSync(process.execPath, args, { stdio: "ignore" });
      assert.equal(ended.status, 7);
    });

    test("nobody waits for one that is detached", (context) => {
      const args = writeScript(
        context,
        name,
        `
        const slot = start("/bin/sh", {}, notices, {
          said: (text) => {
            slot.detach();
            process._rawDebug(String(slot.pid));
          },
          gone() {},
        });
        slot.write("echo ready; while :; do sleep 60; done\\n");
      `,
      );
      const ended = spawnSync(process.execPath, args, {
        stdio: ["ignore", "ignore", "pipe"],
        encoding: "utf8",
      });
      assert.equal(ended.status, 0);
      const pid = Number(ended.stderr.trim());
      assert.ok(existsSync(`/proc/${pid}`));
      killGroup(pid);
    });
  });
}

describeStart("Node", false, () => startWithNode);
describeStart("the addon", skipAddon, () => {
  assert.ok(addon);
  return createNativeStart(addon);
});
