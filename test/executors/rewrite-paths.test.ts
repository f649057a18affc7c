/** Which occurrences of a path are rewritten, and which only look like it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPathRewriter } from "../../src/executors/process/rewrite-paths.ts";

const rewriter = createPathRewriter([
  { from: "/tmp", to: "/A/tmp" },
  { from: "/tmp/x", to: "/B/x" },
  { from: "/work", to: "/C" },
]);

const rewritten: readonly (readonly [string, string])[] = [
  ["cat /tmp/x", "cat /B/x"],
  ["/tmp/x/y /tmp/xy", "/B/x/y /A/tmp/xy"],
  ["/tmp/x.txt", "/A/tmp/x.txt"],
  ["see /tmp/x.", "see /B/x."],
  ["--out=/tmp/o,/work;>/work/a", "--out=/A/tmp/o,/C;>/C/a"],
  ["-I/work/include -o/tmp/o", "-I/C/include -o/A/tmp/o"],
  ["open(\"/tmp/x\", '/work')", "open(\"/B/x\", '/C')"],
  ["file:///tmp/x", "file:///B/x"],
  ["ls /tmp/*.txt $(cat /tmp/x) `ls /work`", "ls /A/tmp/*.txt $(cat /B/x) `ls /C`"],
  ["PATH=/usr/bin:/work/bin", "PATH=/usr/bin:/C/bin"],
  ["#!/work/run", "#!/C/run"],
];

const untouched = [
  "/tmpfile",
  "/workspace /work-2 /work_3",
  "/var/tmp/x",
  "${dir}/tmp/x $(pwd)/work ./tmp/x ~/work a/tmp/x",
  "s3://bucket/tmp/x https://host/work",
  "/usr/work",
  "//tmp/x",
  "tmp/x",
];

test("paths are rewritten where they stand as paths", () => {
  for (const [text, expected] of rewritten) assert.equal(rewriter.rewrite(text), expected, text);
});

test("what merely looks alike stays", () => {
  for (const text of untouched) assert.equal(rewriter.rewrite(text), text);
});

test("a rewritten path is not rewritten again", () => {
  const own = createPathRewriter([{ from: "/tmp", to: "/tmp/attempt/root/tmp" }]);
  assert.equal(own.rewrite("/tmp/a:/tmp/b"), "/tmp/attempt/root/tmp/a:/tmp/attempt/root/tmp/b");
  assert.equal(own.used.size, 1);
});
