import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { bringCrc32, computeCrc32 } from "../../src/base/crc32.ts";

test("the checksum is that of zlib, also of data that comes in parts", () => {
  assert.equal(computeCrc32(Buffer.from("123456789")), 0xcbf43926);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (first, second) => {
      assert.equal(computeCrc32(first), crc32(first));
      assert.equal(computeCrc32(second, computeCrc32(first)), crc32(second, crc32(first)));
    }),
  );
});

test("what the program has brought computes them from then on", (context) => {
  context.after(() => bringCrc32(undefined));
  bringCrc32((bytes, before) => bytes.length + before);
  assert.equal(computeCrc32(Buffer.from("abc"), 4), 7);
  assert.equal(computeCrc32(Buffer.from("abc")), 3);
});
