/** What lies in an attempt's own root: copies of directories of the host, and files of text volumes. */
import assert from "node:assert/strict";
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { writeByteText } from "../../src/base/byte-text.ts";
import { maskLogFiles } from "../../src/executors/slots/mask-log-files.ts";
import { copyHostDirectory, prepareRoot } from "../../src/executors/slots/private-root.ts";
import { makeCommand, makeOrder } from "../../src/ports/conformance/executor-bench.ts";
import { makeTemporaryPlace } from "./temporary-place.ts";

test("a copy has no link that leads out, but the small file behind it", (context) => {
  const place = makeTemporaryPlace();
  context.after(() => rmSync(place, { recursive: true, force: true }));
  const host = join(place, "etc");
  mkdirSync(join(host, "alternatives"), { recursive: true });
  writeFileSync(join(place, "tool"), "#!/bin/sh\n", { mode: 0o755 });
  writeFileSync(join(place, "large"), Buffer.alloc(1024 * 1024 + 1));
  writeFileSync(join(host, "plain"), "text");
  symlinkSync("plain", join(host, "inside"));
  symlinkSync(join(place, "tool"), join(host, "alternatives", "tool"));
  symlinkSync("../../tool", join(host, "alternatives", "relative"));
  symlinkSync(join(place, "large"), join(host, "large"));
  symlinkSync(place, join(host, "directory"));
  symlinkSync(join(place, "nothing"), join(host, "broken"));

  const copy = join(place, "copy");
  copyHostDirectory(host, copy);

  assert.equal(readFileSync(join(copy, "plain"), "utf8"), "text");
  assert.ok(lstatSync(join(copy, "inside")).isSymbolicLink());
  for (const name of ["tool", "relative"]) {
    const stat = lstatSync(join(copy, "alternatives", name));
    assert.ok(stat.isFile());
    assert.equal(stat.mode & 0o111, 0o111);
  }
  for (const name of ["large", "directory", "broken"]) assert.ok(!existsSync(join(copy, name)), name);
});

test("a file of a volume may hold any bytes, and a log does not repeat them", async (context) => {
  const directory = makeTemporaryPlace();
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  const key = writeByteText(Buffer.from([0, 255, 254, 128]).toString("base64"));
  const source = { kind: "text", files: { key, text: "ä" }, secret: true } as const;
  const volumes = [{ name: "v", mountPath: "/v", readOnly: false, source }];
  const problem = prepareRoot(makeOrder([makeCommand({ volumes })]), directory);
  assert.equal(problem, undefined);
  const file = join(directory, "root", "v", "key");
  assert.deepEqual([...readFileSync(file)], [0, 255, 254, 128]);
  assert.equal(readFileSync(join(directory, "root", "v", "text"), "utf8"), "ä");
  const log = join(directory, "log");
  writeFileSync(log, Buffer.concat([Buffer.from("a "), readFileSync(file), Buffer.from(" AP/+gA== z")]));
  await maskLogFiles([log], [key]);
  assert.equal(readFileSync(log, "utf8"), "a *** *** z");
});
