import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import type { LogFile } from "../../src/api/house.ts";
import { runCli } from "../../src/cli/cli.ts";
import { createLineWriter } from "../../src/cli/logs/line-writer.ts";
import { readLastLines } from "../../src/cli/logs/read-last-lines.ts";
import { createPrinter } from "../../src/cli/printer.ts";
import { ask } from "./ask.ts";
import { createFakeHouse, createEngine } from "./fake-house.ts";
import { makePicture } from "./fake-picture.ts";
import { createSink, createWorld, startAt } from "./fake-world.ts";
import type { FakeWorld } from "./fake-world.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-logs-"));
});
after(() => rmSync(folder, { recursive: true }));

const going = makePicture({
  phase: "running",
  tasks: [
    { name: "a", phase: "running", from: 0 },
    { name: "b", phase: "waiting" },
  ],
});
const ended = makePicture({
  phase: "succeeded",
  endedAfter: 5,
  tasks: [
    { name: "a", phase: "succeeded", from: 0, to: 5 },
    { name: "b", phase: "succeeded", from: 0, to: 5 },
  ],
});

function makeLog(
  task: number,
  taskName: string,
  stream: "out" | "err",
  content: string | Buffer,
  isEnded = true,
): LogFile {
  const path = join(mkdtempSync(join(folder, "log-")), stream);
  writeFileSync(path, content);
  return { task, taskName, command: "main", stream, path, startedAt: startAt, ended: isEnded, masked: [] };
}

async function print(
  argv: readonly string[],
  logs: readonly LogFile[],
  world = createWorld(),
): Promise<FakeWorld> {
  const house = createFakeHouse({ pictures: [ended], logs });
  assert.equal(await runCli(["logs", "orders", ...argv], world.io, () => house), 0);
  return world;
}

describe("logs", () => {
  test("lines of several tasks carry their names, those of one do not", async () => {
    const logs = [
      makeLog(1, "a", "out", "one\ntwo\n"),
      makeLog(1, "a", "err", "oops"),
      makeLog(2, "b", "out", "three\n"),
    ];
    assert.equal((await print([], logs)).stdout.text(), "a: one\na: two\na: oops\nb: three\n");
    assert.equal((await print(["a"], logs)).stdout.text(), "one\ntwo\noops");
    assert.equal((await print(["a", "--stream", "err"], logs)).stdout.text(), "oops");
  });

  test("names are coloured on a terminal, unless that is not wanted", async () => {
    const logs = [makeLog(1, "a", "out", "one\n"), makeLog(2, "b", "out", "two\n")];
    assert.match(
      (await print([], logs, createWorld({ isTTY: true }))).stdout.text().replaceAll("\x1b", "ESC"),
      /^ESC\[\d+ma:ESC\[39m one\n/,
    );
    assert.equal(
      (await print(["--no-color"], logs, createWorld({ isTTY: true }))).stdout.text(),
      "a: one\nb: two\n",
    );
  });

  test("--raw gives the exact bytes, each stream to its own", async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 27, 10, 65]);
    const world = await print(
      ["a", "--raw"],
      [makeLog(1, "a", "out", bytes), makeLog(1, "a", "err", "warned\n")],
    );
    assert.deepEqual(world.stdout.bytes(), bytes);
    assert.equal(world.stderr.text(), "warned\n");
  });

  test("filters: command, grep, tail, age", async () => {
    const logs = [
      makeLog(1, "a", "out", "error 1\nfine\nerror 2\n"),
      { ...makeLog(1, "a", "out", "other\n"), command: "sidecar" },
    ];
    assert.equal((await print(["-c", "sidecar"], logs)).stdout.text(), "other\n");
    assert.equal((await print(["-c", "main", "--grep", "^err"], logs)).stdout.text(), "error 1\nerror 2\n");
    assert.equal((await print(["-c", "main", "--tail", "2"], logs)).stdout.text(), "fine\nerror 2\n");
    const [first, second] = logs;
    const at = (time: number): Date => new Date(time);
    utimesSync(first?.path ?? "", at(startAt - 3_600_000), at(startAt - 3_600_000));
    utimesSync(second?.path ?? "", at(startAt), at(startAt));
    assert.equal((await print(["--since", "10m"], logs)).stdout.text(), "other\n");
    assert.equal((await print(["--since-time", "2025-11-21T09:29:00Z"], logs)).stdout.text(), "other\n");
  });

  test("--tail -1 is all, as with argo", async () => {
    const logs = [makeLog(1, "a", "out", "one\ntwo\n")];
    assert.equal((await print(["--tail", "-1"], logs)).stdout.text(), "one\ntwo\n");
    assert.equal((await print(["--tail=1"], logs)).stdout.text(), "two\n");
  });

  test("-l takes the logs of tasks whose pods would have the labels", async () => {
    const logs = ["a", "b"].map((app, index) => ({
      ...makeLog(index + 1, app, "out", `${app}\n`),
      readLabels: () => ({ app }),
    }));
    assert.equal((await print(["-l", "app=b"], logs)).stdout.text(), "b\n");
    assert.equal((await print(["--selector", "app in (a, b)"], logs)).stdout.text(), "a: a\nb: b\n");
    const none = await print(["-l", "app=c"], logs);
    assert.deepEqual(
      [none.stdout.text(), none.stderr.text()],
      ["", "no task of orders with these labels has written anything\n"],
    );
    assert.equal((await print(["--node-field-selector", "b"], logs)).stdout.text(), "b\n");
  });

  test("--timestamps shows the start of the attempt for what is stored", async () => {
    assert.equal(
      (await print(["--timestamps"], [makeLog(1, "a", "out", "x\n")])).stdout.text(),
      "2025-11-21T09:30:00Z x\n",
    );
  });

  test("that nothing was written is said", async () => {
    const one = await ask(["logs", "orders", "a"], { pictures: [ended] });
    assert.deepEqual([one.code, one.out, one.err], [0, [], "a has written nothing\n"]);
    const all = await ask(["logs"], { pictures: [ended] });
    assert.equal(all.err, "no task of orders has written anything\n");
  });

  test("mistakes are named", async () => {
    const world = createWorld();
    const house = createFakeHouse({ pictures: [ended] });
    assert.equal(await runCli(["logs", "orders", "zzz"], world.io, () => house), 2);
    assert.match(world.stderr.text(), /run orders has no task 'zzz' \[cli\/unknown-task\]/);
    assert.equal(await runCli(["logs", "orders", "--grep", "("], world.io, () => house), 2);
    assert.equal(await runCli(["logs", "orders", "--since-time", "soon"], world.io, () => house), 2);
  });

  test("a follower sees a file grow, new files appear, and ends with the run", async () => {
    const first = makeLog(1, "a", "out", "begin\n", false);
    let files: readonly LogFile[] = [first];
    const world = createWorld();
    const house = createFakeHouse({ pictures: [going], logs: () => files });
    const code = runCli(["logs", "orders", "-f"], world.io, () => house);
    await world.stdout.until((text) => text.includes("begin"));
    appendFileSync(first.path, "more, in ");
    appendFileSync(first.path, "pieces\n");
    await world.stdout.until((text) => text.includes("a: more, in pieces\n"));
    const second = makeLog(2, "b", "out", "without an end");
    files = [{ ...first, ended: true }, second];
    house.change([ended]);
    assert.equal(await code, 0);
    assert.equal(world.stdout.text(), "a: begin\na: more, in pieces\nb: without an end\n");
  });

  test("a follower whose reader goes away ends", async () => {
    const world = createWorld();
    const house = createFakeHouse({ pictures: [going], logs: [makeLog(1, "a", "out", "begin\n", false)] });
    const code = runCli(["logs", "orders", "-f"], world.io, () => house);
    await world.stdout.until((text) => text.includes("begin"));
    world.stdout.breakPipe();
    assert.equal(await code, 0);
  });

  test("run --log prints logs while the run goes on", async () => {
    const document = join(folder, "workflow.yaml");
    writeFileSync(document, "name: orders\n");
    const engine = createEngine(going);
    const log = makeLog(1, "a", "out", "hello\n", false);
    const world = createWorld({ isTTY: true, env: { NO_COLOR: "1" } });
    const house = createFakeHouse({ engine, logs: [log] });
    const code = runCli(["run", document, "--log"], world.io, () => house);
    await world.stdout.until((text) => text.includes("a: hello\n"));
    appendFileSync(log.path, "bye\n");
    engine.emit(ended, [{ kind: "attempt.ended", task: 1, at: startAt, phase: 3 }]);
    engine.settle("ended");
    assert.equal(await code, 0);
    assert.match(world.stdout.text(), /a: bye\n/);
    assert.equal(world.stdout.text().includes("\x1b"), false);
  });
});

describe("reading logs", () => {
  test("the last lines are those that a full read would give", async () => {
    const path = join(folder, "tail");
    const line = fc.string({ unit: fc.constantFrom("a", "é", " "), maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 30 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 8 }),
        async (lines, isClosed, count) => {
          const content = lines.join("\n") + (isClosed && lines.length > 0 ? "\n" : "");
          writeFileSync(path, content);
          const all = content === "" ? [] : content.replace(/\n$/, "").split("\n");
          const expected = all.slice(-count);
          assert.deepEqual(
            await readLastLines(path, count),
            expected.join("") === "" && expected.length <= 1 ? [] : expected,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test("far more than a chunk is read from the end only", async () => {
    const path = join(folder, "large");
    writeFileSync(path, Array.from({ length: 50_000 }, (_, index) => `line ${index}\n`).join(""));
    assert.deepEqual(await readLastLines(path, 2), ["line 49998", "line 49999"]);
    assert.deepEqual(await readLastLines(join(folder, "gone"), 2), []);
  });

  test("however the bytes are cut, lines come out whole", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom("x", "é", "\n") }),
        fc.integer({ min: 1, max: 7 }),
        async (text, size) => {
          const sink = createSink();
          const writer = createLineWriter(createPrinter(sink), {
            prefix: "> ",
            matches: /x|^$/,
            stamp: undefined,
            masked: [],
          });
          const bytes = Buffer.from(text);
          for (let from = 0; from < bytes.length; from += size)
            await writer.write(bytes.subarray(from, from + size));
          await writer.end();
          const lines = text.split("\n");
          if (lines.at(-1) === "") lines.pop();
          assert.equal(
            sink.text(),
            lines
              .filter((line) => /x|^$/.test(line))
              .map((line) => `> ${line}\n`)
              .join(""),
          );
        },
      ),
    );
  });

  test("secrets are masked in every line, also between bytes that are no text", async () => {
    const sink = createSink();
    const masked = ["geheim-ä", "token"];
    const writer = createLineWriter(createPrinter(sink), {
      prefix: "",
      matches: undefined,
      stamp: undefined,
      masked,
    });
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("geheim-ä!"), Buffer.from([0xc3])]);
    await writer.write(Buffer.concat([bytes, Buffer.from("\nmy tok")]));
    await writer.write(Buffer.from("en\n"));
    await writer.end();
    const expected = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from("***!"),
      Buffer.from([0xc3]),
      Buffer.from("\nmy ***\n"),
    ]);
    assert.equal(Buffer.from(sink.bytes()).toString("hex"), expected.toString("hex"));
  });

  test("a line without an end does not gather in memory", async () => {
    const sink = createSink();
    const writer = createLineWriter(createPrinter(sink), {
      prefix: "a: ",
      matches: undefined,
      stamp: undefined,
      masked: [],
    });
    for (let chunk = 0; chunk < 4; chunk += 1) await writer.write(Buffer.alloc(50_000, "x"));
    assert.ok(sink.bytes().length > 100_000);
    await writer.write(Buffer.from("\nnext"));
    await writer.end();
    assert.equal(sink.text(), `a: ${"x".repeat(200_000)}\na: next\n`);
  });
});
