/** Reading exit records, whole and torn, and masking secrets in streams of bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseExitRecord, readEnding } from "../../src/executors/slots/exit-record.ts";
import { maskChunks } from "../../src/executors/slots/mask-log-files.ts";
import { isPlainVariableName, quoteForShell } from "../../src/executors/slots/shell-quote.ts";
import { listMaskedTexts, maskSecrets } from "../../src/base/mask-secrets.ts";

const whole =
  "slot 12\n0m0.010000s 0m0.000000s\n0m1.000000s 0m2.000000s\ncommand a 0\ncommand b not-run\n" +
  "0m0.010000s 0m0.000000s\n1m1.500000s 0m2.250000s\nend 143 signaled\n";

test("a whole record is read", () => {
  assert.deepEqual(parseExitRecord(whole, 5, 9), {
    slotPid: 12,
    end: { status: 143, how: "signaled" },
    commands: { a: { kind: "exited", code: 0 }, b: { kind: "not-run" } },
    usage: { cpuUserMs: 60_500, cpuSystemMs: 250 },
    startedAt: 5,
    endedAt: 9,
  });
  assert.deepEqual(readEnding(143, "signaled"), { kind: "signaled", signal: "SIGTERM" });
  assert.deepEqual(readEnding(143, "plain"), { kind: "exited", code: 143 });
});

test("what the native program measured is read, and what a sandbox measured inside is added", () => {
  const used = "used 2500 750 1860\nend 0 plain\n";
  const plain = parseExitRecord(`slot 12\n${used}`, 0, 0);
  assert.deepEqual(plain.end, { status: 0, how: "plain" });
  assert.deepEqual(plain.usage, { cpuUserMs: 2.5, cpuSystemMs: 0.75, peakMemoryBytes: 1860 * 1024 });
  const text = "inside\n0m0.0s 0m0.0s\n0m1.0s 0m0.5s\nused 2500 750 1860 whole\nend 0 plain\n";
  assert.deepEqual(parseExitRecord(text, 0, 0).usage, plain.usage, "the slot has waited for it all");
  assert.equal(parseExitRecord("used 2500 750 1860 part\nend 0 plain\n", 0, 0).usage, undefined);
  const sandboxed = parseExitRecord(`slot 12\ninside\n0m0.0s 0m0.0s\n0m1.000000s 0m0.500000s\n${used}`, 0, 0);
  assert.deepEqual(sandboxed.usage, { cpuUserMs: 1002.5, cpuSystemMs: 500.75 });
});

test("a record that was cut anywhere before its last line feed has no end", () => {
  for (let length = 0; length < whole.length; length += 1)
    assert.equal(parseExitRecord(whole.slice(0, length), 0, 0).end, undefined, whole.slice(0, length));
});

test("what the engine adds is read beside or after a torn line", () => {
  const added = `slot 12\n0m0.0\nproblem {"kind":"lost","message":"a b\\nc"}\nend 137 signaled\n`;
  const record = parseExitRecord(added, 0, 0);
  assert.deepEqual(record.problem, { kind: "lost", message: "a b\nc" });
  assert.deepEqual(record.end, { status: 137, how: "signaled" });
});

test("what making a sandbox cost is not the command's", () => {
  const before = "before\n0m0.010000s 0m0.000000s\n0m0.060000s 0m0.050000s\n";
  const read = (text: string) => parseExitRecord(text, 0, 0).usage;
  assert.deepEqual(read(`slot 1\n${before}used 90500 20000 1\nend 0 plain\n`), {
    cpuUserMs: 20.5,
    cpuSystemMs: 0,
    peakMemoryBytes: 1024,
  });
  assert.deepEqual(read(whole.replace("command a 0\n", before)), { cpuUserMs: 60_430, cpuSystemMs: 200 });
});

test("processor time inside a sandbox is added to what the slot saw", () => {
  const text = whole.replace(
    "command a 0\n",
    "inside\n0m0.0s 0m0.0s\n0m3.000000s 0m1.000000s\ncommand a 0\n",
  );
  assert.equal(parseExitRecord(text, 0, 0).usage?.cpuUserMs, 63_500);
});

test("secrets are masked wherever chunks are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("secret", "secret-long", "sec", "x", "\n", "\u00e9"), { maxLength: 20 }),
      fc.integer({ min: 1, max: 9 }),
      async (parts, size) => {
        const bytes = Buffer.from(parts.join(""));
        const secrets = ["secret", "secret-long"];
        const masked: Buffer[] = [];
        for await (const chunk of maskChunks(
          cut(bytes, size),
          listMaskedTexts(secrets).map((text) => Buffer.from(text)),
        ))
          masked.push(chunk);
        assert.equal(Buffer.concat(masked).toString(), maskSecrets(bytes.toString(), secrets));
      },
    ),
  );
});

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test("short and empty secrets are left alone, lines of long ones are masked", () => {
  assert.equal(
    maskSecrets("a 1 abc line one; line two", ["", "1", "abc", "line one\nline two\n"]),
    "a 1 abc ***; ***",
  );
});

test("shell words and variable names", () => {
  assert.equal(quoteForShell("it's $x"), `'it'\\''s $x'`);
  for (const name of ["A", "_b1", "PATH"]) assert.ok(isPlainVariableName(name), name);
  for (const name of ["", "1a", "a.b", "a-b", "IFS", "PPID", "a b", "a=b", "\u00e4"])
    assert.ok(!isPlainVariableName(name), name);
});
