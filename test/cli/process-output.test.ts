/** An output of the process, into files, pipes and devices: src/cli/process-output.ts. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createProcessOutput } from "../../src/cli/process-output.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

/** A stand-in for Node's stream, which notes what it gets. */
function createStream(): {
  readonly taken: Buffer[];
  readonly events: string[];
  readonly open: () => {
    readonly writableLength: number;
    write(chunk: string | Uint8Array): boolean;
    once(event: string): void;
    on(event: string): void;
  };
} {
  const taken: Buffer[] = [];
  const events: string[] = [];
  const stream = {
    writableLength: 5,
    write: (chunk: string | Uint8Array) => {
      taken.push(Buffer.from(chunk));
      return false;
    },
    once: (event: string) => void events.push(`once ${event}`),
    on: (event: string) => void events.push(`on ${event}`),
  };
  return { taken, events, open: () => stream };
}

function makePipe(context: TestContext): string {
  const pipe = join(makeTemporaryFolder(context), "pipe");
  execFileSync("mkfifo", [pipe]);
  return pipe;
}

function keepOpen(context: TestContext, path: string, flags: string | number): number {
  const descriptor = openSync(path, flags);
  context.after(() => closeSync(descriptor));
  return descriptor;
}

test("texts and bytes are in a file as soon as they are written", (context) => {
  const file = join(makeTemporaryFolder(context), "out");
  const output = createProcessOutput(keepOpen(context, file, "w"), () => assert.fail());
  assert.equal(output.isDevice, false);
  assert.equal(output.write("größer\n"), true);
  assert.equal(output.write(Buffer.from([0xff, 0x00])), true);
  assert.deepEqual(readFileSync(file), Buffer.concat([Buffer.from("größer\n"), Buffer.from([0xff, 0x00])]));
  assert.deepEqual([output.hasStream(), output.isWaiting()], [false, false]);
});

test("what a pipe does not take at once goes through Node's stream, in order and whole", (context) => {
  const descriptor = keepOpen(context, makePipe(context), constants.O_RDWR | constants.O_NONBLOCK);
  const stream = createStream();
  const output = createProcessOutput(descriptor, stream.open);
  output.on("error", () => assert.fail());
  const text = Array.from({ length: 40_000 }, (_, index) => `line ${index}\n`).join("");
  assert.equal(output.write(text), false);
  assert.equal(output.write("last"), false);
  const first = Buffer.alloc(text.length);
  const count = readSync(descriptor, first);
  assert.ok(count > 0 && count < text.length);
  const all = Buffer.concat([first.subarray(0, count), ...stream.taken]);
  assert.equal(all.toString(), `${text}last`);
  output.once("drain", () => undefined);
  assert.deepEqual(stream.events, ["on error", "once drain"]);
  assert.deepEqual([output.hasStream(), output.isWaiting()], [true, true]);
});

test("a reader that is gone is told to those who listen, and else thrown", (context) => {
  const pipe = makePipe(context);
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const output = createProcessOutput(keepOpen(context, pipe, "w"), () => assert.fail());
  closeSync(reader);
  assert.throws(() => output.write("nobody"), { code: "EPIPE" });
  const told: (string | undefined)[] = [];
  output.on("error", (error: NodeJS.ErrnoException) => void told.push(error.code));
  assert.equal(output.write("nobody"), false);
  assert.deepEqual(told, ["EPIPE"]);
});

test("a device gets Node's stream, which knows terminals", (context) => {
  const stream = createStream();
  const output = createProcessOutput(keepOpen(context, "/dev/null", "w"), stream.open);
  output.on("error", () => undefined);
  assert.equal(output.isDevice, true);
  assert.equal(output.hasStream(), false);
  output.write("text");
  assert.deepEqual(stream.taken.map(String), ["text"]);
  assert.deepEqual(stream.events, ["on error"]);
});
