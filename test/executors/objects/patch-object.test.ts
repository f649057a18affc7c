import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json } from "../../../src/base/json.ts";
import { patchObject } from "../../../src/executors/objects/patch-object.ts";

const object = {
  a: { b: [1, 2, 3], "c/d": "e" },
  list: [
    { name: "x", v: 1 },
    { name: "y", v: 2 },
  ],
};

describe("operations (RFC 6902)", () => {
  const cases: readonly (readonly [Json, Json])[] = [
    [
      { op: "add", path: "/a/b/1", value: 9 },
      { ...object, a: { ...object.a, b: [1, 9, 2, 3] } },
    ],
    [
      { op: "add", path: "/a/b/-", value: 9 },
      { ...object, a: { ...object.a, b: [1, 2, 3, 9] } },
    ],
    [
      { op: "remove", path: "/a/b/0" },
      { ...object, a: { ...object.a, b: [2, 3] } },
    ],
    [
      { op: "remove", path: "/a/c~1d" },
      { ...object, a: { b: [1, 2, 3] } },
    ],
    [
      { op: "replace", path: "/a", value: 1 },
      { ...object, a: 1 },
    ],
    [
      { op: "copy", from: "/a/b/2", path: "/n" },
      { ...object, n: 3 },
    ],
    [
      { op: "move", from: "/a/b", path: "/n" },
      { ...object, a: { "c/d": "e" }, n: [1, 2, 3] },
    ],
    [{ op: "test", path: "/list/0/name", value: "x" }, object],
  ];
  for (const [operation, expected] of cases)
    test(JSON.stringify(operation), () =>
      assert.deepEqual(patchObject(object, [operation], "json"), expected),
    );

  for (const operation of [
    { op: "add", path: "/no/where", value: 1 },
    { op: "add", path: "/a/b/4", value: 1 },
    { op: "add", path: "/a/b/01", value: 1 },
    { op: "add", path: "a", value: 1 },
    { op: "add", path: "/n" },
    { op: "remove", path: "/n" },
    { op: "remove", path: "" },
    { op: "replace", path: "/n", value: 1 },
    { op: "test", path: "/list/0/name", value: "y" },
    { op: "copy", from: "/constructor", path: "/n" },
    { op: "jump", path: "/a" },
  ])
    test(`${JSON.stringify(operation)} is refused`, () =>
      assert.throws(() => patchObject(object, [operation], "json"), { code: "object/bad-patch" }));
});

test("a merge replaces lists and drops what is null; a key that every object inherits is a key like others", () => {
  const patched = patchObject(
    object,
    JSON.parse('{"a":{"c/d":null,"__proto__":{"x":1}},"list":[1]}') as Json,
    "merge",
  );
  assert.deepEqual(patched["list"], [1]);
  assert.deepEqual(Object.keys(patched["a"] as object), ["b", "__proto__"]);
  assert.equal(Object.getPrototypeOf(patched["a"]), Object.prototype);
});

test("the strategic merge keeps members of lists of named things", () => {
  const change = {
    list: [{ name: "y", v: 3 }, { name: "z" }, { name: "x", $patch: "delete" }],
    a: { b: [9] },
  };
  assert.deepEqual(patchObject(object, change, "strategic"), {
    a: { b: [9], "c/d": "e" },
    list: [{ name: "y", v: 3 }, { name: "z" }],
  });
});

test("an unknown strategy is refused", () =>
  assert.throws(() => patchObject(object, {}, "other"), { code: "object/bad-patch" }));
