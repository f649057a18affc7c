import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { argoCodes } from "../../src/languages/argo/check/codes.ts";
import { readProject } from "../tidy/project-files.ts";
import { listDescribedWords, readPage } from "./pages.ts";
import { collectCodes, readCodeSources } from "./source-codes.ts";

const page = readPage("docs/errors.md");
const described = listDescribedWords(page);
const describedCodes = described.filter((word) => /^[a-z]+\/[a-z0-9-]+$/.test(word));

describe("docs/errors.md", () => {
  const { codes, beginnings } = collectCodes(readCodeSources());

  test("has every code of the sources", () => {
    const missing = [...codes].filter((code) => !describedCodes.includes(code)).sort();
    assert.deepEqual(missing, []);
    for (const beginning of beginnings) {
      assert.ok(
        describedCodes.some((code) => code.startsWith(beginning)),
        beginning,
      );
    }
  });

  test("has no code that the sources do not have", () => {
    const isComputed = (code: string): boolean =>
      [...beginnings].some((beginning) => code.startsWith(beginning));
    assert.deepEqual(
      describedCodes.filter((code) => !codes.has(code) && !isComputed(code)),
      [],
    );
  });

  test("has every code once", () => {
    assert.deepEqual(
      described.filter((word, index) => described.indexOf(word) !== index && word.includes("/")),
      [],
    );
  });

  test("says of Argo's codes what the table in the code says", () => {
    const different = Object.entries(argoCodes).filter(
      ([code, meaning]) => !page.text.includes(`| \`${code}\` | ${meaning} |`),
    );
    assert.deepEqual(different, []);
  });

  test("has every reason of the engine, and no other", () => {
    const source = readProject().find(({ path }) => path === "src/model/run/values.ts")?.text ?? "";
    const union = /export type ReasonCode =([^;]+);/.exec(source)?.[1] ?? "";
    const reasons = [...union.matchAll(/"([a-z-]+)"/g)].map((match) => match[1] ?? "");
    const part = page.text.slice(page.text.indexOf("\n## Reasons"));
    assert.ok(reasons.length > 0);
    assert.deepEqual(listDescribedWords({ path: page.path, text: part }).toSorted(), reasons.toSorted());
  });
});

describe("collecting codes", () => {
  test("finds codes wherever their area is known", () => {
    const text =
      'throw new MillraceError("area/one", "x");\nrefuse(a, "area/two");\nopen("other/file");\nreport(`area/of-${x}`);';
    const found = collectCodes([{ text }]);
    assert.deepEqual([...found.codes], ["area/one", "area/two"]);
    assert.deepEqual([...found.beginnings], ["area/of-"]);
  });
});
