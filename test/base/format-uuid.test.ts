import assert from "node:assert/strict";
import { test } from "node:test";
import { formatUuid } from "../../src/base/format-uuid.ts";

test("the parts of a UUID have 8, 4, 4, 4 and 12 digits", () => {
  assert.equal(formatUuid("0123456789abcdef0123456789abcdef"), "01234567-89ab-cdef-0123-456789abcdef");
});
