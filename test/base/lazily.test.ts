import assert from "node:assert/strict";
import { test } from "node:test";
import { lazily } from "../../src/base/lazily.ts";

test("a lazy value is made at the first call, once, also when it is undefined", () => {
  let made = 0;
  const get = lazily(() => {
    made += 1;
    return undefined;
  });
  assert.equal(made, 0);
  assert.equal(get(), undefined);
  assert.equal(get(), undefined);
  assert.equal(made, 1);
});

test("every call gives the same object", () => {
  const get = lazily(() => ({}));
  assert.equal(get(), get());
});
