import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { assertNone, makeFile, projectFolder, readProject } from "./project-files.ts";
import {
  findForbiddenImports,
  findImportCycles,
  findImports,
  findUnknownLayers,
  type Layers,
} from "./rules/imports.ts";
import { findCodeFromText, findImpurities } from "./rules/purity.ts";

const layers = JSON.parse(readFileSync(join(projectFolder, "layers.json"), "utf8")) as Layers;

function checkForbidden(path: string, source: string, expected: readonly string[]): void {
  const messages = findForbiddenImports([makeFile(path, source)], layers).map(({ message }) => message);
  assert.deepEqual(messages, expected);
}

describe("layers", () => {
  test("the project keeps the table", () => {
    assertNone(findForbiddenImports(readProject(), layers));
  });

  test("every file in src lies in a layer of the table", () => {
    assertNone(findUnknownLayers(readProject(), layers));
    const stray = [makeFile("src/extra/a.ts", ""), makeFile("src/b.ts", ""), makeFile("src/base/c.ts", "")];
    assert.deepEqual(
      findUnknownLayers(stray, layers).map(({ path }) => path),
      ["src/extra/a.ts", "src/b.ts"],
    );
  });

  test("the project has no import cycle", () => {
    assertNone(findImportCycles(readProject().filter(({ path }) => path.startsWith("src/"))));
  });

  test("every layer of the table allows only layers that exist", () => {
    for (const allowed of Object.values(layers.layers)) {
      for (const name of allowed) assert.ok(name === "*" || layers.layers[name] !== undefined, name);
    }
    for (const name of layers.pure) assert.ok(layers.layers[name] !== undefined, name);
  });

  test("arrows that the table does not have are found", () => {
    checkForbidden("src/model/run/ids.ts", 'import { a } from "../../engine/a.ts";', [
      "model may not import engine (layers.json)",
    ]);
    checkForbidden("src/model/run/ids.ts", 'import { a } from "../../base/result.ts";', []);
    checkForbidden("src/stores/sqlite/a.ts", 'export * from "../../runtime/b.ts";', [
      "stores may not import runtime (layers.json)",
    ]);
    checkForbidden("src/main/a.ts", 'import "../stores/sqlite/b.ts";', []);
    checkForbidden("src/main/a.ts", 'import "../../test/b.ts";', [
      "test/b.ts lies in no layer; code in src imports only from src",
    ]);
    checkForbidden("web/app/a.ts", 'import type { A } from "../../src/model/run/a.ts";', [
      "web may import only api, not src/model/run/a.ts",
    ]);
  });

  test("adapters that know each other are found", () => {
    checkForbidden("src/stores/sqlite/a.ts", 'import { b } from "../memory/b.ts";', [
      "stores/sqlite may not know its sibling stores/memory",
    ]);
    checkForbidden(
      "src/stores/sqlite/a.ts",
      'import { b } from "./b.ts"; import { c } from "../rows.ts";',
      [],
    );
  });

  test("siblings may stand on the folders that the table names as their foundations, in its order", () => {
    const table: Layers = { ...layers, foundations: { executors: ["images", "slots"] } };
    const judge = (path: string, specifier: string): number =>
      findForbiddenImports([makeFile(path, `import "${specifier}";`)], table).length;
    assert.equal(judge("src/executors/process/a.ts", "../slots/b.ts"), 0);
    assert.equal(judge("src/executors/slots/a.ts", "../images/b.ts"), 0);
    assert.equal(judge("src/executors/images/a.ts", "../slots/b.ts"), 1);
    assert.equal(judge("src/executors/slots/a.ts", "../process/b.ts"), 1);
    assert.equal(judge("src/executors/process/a.ts", "../sandbox/b.ts"), 1);
  });

  test("Node and packages in pure layers are found", () => {
    checkForbidden("src/engine/decide/a.ts", 'import { readFileSync } from "node:fs";', [
      "engine is pure and may not import node:fs",
    ]);
    checkForbidden("src/languages/argo/a.ts", 'import { load } from "js-yaml"; import x from "yaml";', [
      "languages is pure and may not import the package yaml",
    ]);
    checkForbidden("src/engine/a.ts", 'const a = await import("js-yaml");', [
      "engine is pure and may not import the package js-yaml",
    ]);
  });

  test("cycles are found, also through types", () => {
    const files = [
      makeFile("src/base/a.ts", 'import { b } from "./b.ts";'),
      makeFile("src/base/b.ts", 'export type { C } from "./c.ts";'),
      makeFile("src/base/c.ts", 'import type { A } from "./a.ts";'),
      makeFile("src/base/d.ts", 'import { a } from "./a.ts";'),
    ];
    assert.deepEqual(
      findImportCycles(files).map(({ message }) => message),
      ["imports itself by way of others: src/base/a.ts -> src/base/b.ts -> src/base/c.ts -> src/base/a.ts"],
    );
    assert.deepEqual(findImportCycles(files.slice(0, 2)), []);
  });

  test("imports are told from what looks like them", () => {
    const source = [
      '// import { a } from "./comment.ts";',
      'const text = `import { a } from "./template.ts"; ${`${1}`}`;',
      "const quoted = \"import './string.ts'\";",
      "const regex = /[`\"']/.test(quoted);",
      'import { type A, b as c } from "./one.ts";',
      'import * as d from "./two.ts";',
      'import "./three.ts";',
      "const here = import.meta.dirname;",
      "export const from = 1;",
      'export * as e from "./four.ts";',
      'type T = import("./five.ts").T;',
      'loader.import("./six.ts");',
    ].join("\n");
    assert.deepEqual(
      findImports(makeFile("src/base/a.ts", source)).map(({ specifier, line }) => [specifier, line]),
      [
        ["./one.ts", 5],
        ["./two.ts", 6],
        ["./three.ts", 7],
        ["./four.ts", 10],
        ["./five.ts", 11],
      ],
    );
  });
});

describe("purity", () => {
  test("pure layers read no clock, roll no dice and do not depend on the host's time zone or locale", () => {
    assertNone(findImpurities(readProject(), layers.pure));
  });

  test("no text is turned into code", () => {
    assertNone(findCodeFromText(readProject()));
  });

  test("impurities are found", () => {
    const bad = [
      "Date.now()",
      "new Date()",
      "new Date",
      "Date()",
      "Math.random()",
      "at.getHours()",
      "a.localeCompare(b)",
    ];
    for (const source of bad) {
      assert.equal(findImpurities([makeFile("src/engine/a.ts", source)], layers.pure).length, 1, source);
      assert.equal(findImpurities([makeFile("src/runtime/a.ts", source)], layers.pure).length, 0, source);
    }
    for (const source of [
      "new Date(timeMs)",
      "Date.UTC(2024, 1)",
      "// Date.now()",
      '"Math.random()"',
      "at.getUTCHours()",
    ]) {
      assert.deepEqual(findImpurities([makeFile("src/engine/a.ts", source)], layers.pure), [], source);
    }
  });

  test("code made from text is found", () => {
    for (const source of [
      "eval(a)",
      'new Function("a")',
      'import { Script } from "node:vm";',
      'await import("node:vm")',
    ]) {
      assert.equal(findCodeFromText([makeFile("src/main/a.ts", source)]).length, 1, source);
    }
    assert.deepEqual(findCodeFromText([makeFile("src/main/a.ts", 'call(dialect.eval(a), "vm")')]), []);
  });
});
