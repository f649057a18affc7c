import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { queryJson } from "../../../src/expressions/jsonpath/jsonpath.ts";
import { outcome, testContext } from "../canonical.ts";
import { run } from "../environment.ts";
import { jsonpathCases } from "./jsonpath-cases.ts";

test("jsonpath() gives what Go gives", () => {
  const differences = jsonpathCases
    .map(([source, expected]) => ({ source, expected, found: run(source) }))
    .filter((entry) => entry.found !== entry.expected);
  assert.deepEqual(differences, []);
});

const store = JSON.stringify({
  store: {
    book: [
      { category: "reference", author: "Rees", title: "Sayings", price: 8.95 },
      { category: "fiction", author: "Waugh", title: "Sword", price: 12.99 },
      { category: "fiction", author: "Melville", title: "Moby Dick", isbn: "0-553", price: 8.99 },
    ],
    bicycle: { color: "red", price: 19.95 },
  },
});

const cases: readonly (readonly [path: string, expected: string])[] = [
  ["$.store.bicycle.color", '"red"'],
  ["$.store.book[*].author", '["Rees","Waugh","Melville"]'],
  ["$..author", '["Rees","Waugh","Melville"]'],
  ["$..price", "[f:19.95,f:8.95,f:12.99,f:8.99]"],
  ["$.store..price", "[f:19.95,f:8.95,f:12.99,f:8.99]"],
  ["$..book[2].title", '["Moby Dick"]'],
  ["$.store.book[-1].title", '"Moby Dick"'],
  ["$..book[(@.length-1)].title", '["Moby Dick"]'],
  ["$..book[0,1].title", '["Rees"]'.replace("Rees", "Sayings").replace("]", ',"Sword"]')],
  ["$.store.book[:2].title", '["Sayings","Sword"]'],
  ["$.store.book[?(@.isbn)].title", '["Moby Dick"]'],
  ["$.store.book[?(@.price < 10)].title", '["Sayings","Moby Dick"]'],
  ["$.store.book[?(@.price < 10 && @.category == 'fiction')].title", '["Moby Dick"]'],
  ["$.store.book[?((@.price > 12) || (@.category == 'reference'))].title", '["Sayings","Sword"]'],
  ["$.store.book[?(@.title =~ '^S')].title", '["Sayings","Sword"]'],
  ["$.store.book[?(@.author in ['Rees', 'Waugh'])].title", "[]"],
  ['$.store.book[?(@.author in ["Rees", "Waugh"])].title', '["Sayings","Sword"]'],
  ["$['store']['bicycle']['color','price']", '["red",f:19.95]'],
  ["$.store.book.length", "i:3"],
  ["$.store.book[7]", "!expression/jsonpath"],
  ["$.store.nosuch", "!expression/jsonpath"],
  ["$.store.book[*].nosuch", "[]"],
  ["$.store.book[x]", "!expression/jsonpath"],
  ["store", "!expression/jsonpath"],
  ["$.", "!expression/jsonpath"],
  ["$.store[", "!expression/jsonpath"],
  ["$.store.book[0:2:0]", "!expression/jsonpath"],
  ["$.__proto__", "!expression/jsonpath"],
  ["$.constructor", "!expression/jsonpath"],
];

describe("the usual book store", () => {
  for (const [path, expected] of cases) {
    test(path, () =>
      assert.equal(
        outcome(() => queryJson(store, path, testContext())),
        expected,
      ),
    );
  }
});

describe("hostile selectors end with an error", () => {
  const deep = `${"[".repeat(1900)}1${"]".repeat(1900)}`;
  const hostile: readonly (readonly [json: string, path: string])[] = [
    ["{}", `$${"[0]".repeat(100_000)}`],
    ["[1]", `$[${"(".repeat(9_000)}1${")".repeat(9_000)}]`],
    [deep, `$${"..*".repeat(20)}`],
    ["not json", "$"],
    [`${"[".repeat(100_000)}`, "$"],
  ];
  for (const [json, path] of hostile) {
    test(path.slice(0, 30), () =>
      assert.match(
        outcome(() => queryJson(json, path, testContext(200_000))),
        /^!expression\//u,
      ),
    );
  }
});
