/** What every attempt knows of the machine: src/executors/slots/base-environment.ts. */
import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { test } from "node:test";
import { findUserName, makeBaseEnvironment } from "../../src/executors/slots/base-environment.ts";

test("the user is the one that the system names", () => {
  assert.equal(findUserName(), userInfo().username);
});

test("only names that a program needs to run at all come from the engine, and those that are asked for", () => {
  const host = { PATH: "/opt/bin", TZ: "", TOKEN: "secret", PROXY: "there", HOME: "/root" };
  const user = findUserName();
  assert.deepEqual(makeBaseEnvironment(host, ["PROXY", "MISSING"]), {
    PATH: "/opt/bin",
    LANG: "C.UTF-8",
    USER: user,
    LOGNAME: user,
    SHELL: "/bin/sh",
    PROXY: "there",
  });
});
