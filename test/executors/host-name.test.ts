import assert from "node:assert/strict";
import { hostname } from "node:os";
import { test } from "node:test";
import { findHostName } from "../../src/executors/slots/host-name.ts";

test("the host has the name that the system tells", () => {
  assert.equal(findHostName(), hostname());
});
