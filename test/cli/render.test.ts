import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { load } from "js-yaml";
import type { RunPicture } from "../../src/api/house.ts";
import type { Diagnostic } from "../../src/base/diagnostic.ts";
import { formatDiagnostic, formatDiagnosticLine } from "../../src/cli/render/diagnostics.ts";
import { formatDuration, formatSpan, formatTime } from "../../src/cli/render/durations.ts";
import { formatBytes } from "../../src/cli/render/format-bytes.ts";
import { describeMessage, describeRunMessage } from "../../src/cli/render/name-child.ts";
import { createStyle } from "../../src/cli/render/style.ts";
import { formatFields, formatTable } from "../../src/cli/render/table.ts";
import { cleanText, cropText, measureWidth } from "../../src/cli/render/text-width.ts";
import { drawBranches } from "../../src/cli/render/tree-lines.ts";
import { formatYaml } from "../../src/cli/render/yaml.ts";
import { makePicture } from "./fake-picture.ts";

const plain = createStyle({ isTTY: false, env: {} });
const ascii = createStyle({ isTTY: false, env: {}, utf8: false });

describe("durations", () => {
  test("two units at most", () => {
    const cases = {
      0: "0s",
      400: "0.4s",
      960: "1s",
      45_000: "45s",
      192_000: "3m12s",
      180_000: "3m",
      7_500_000: "2h5m",
      273_600_000: "3d4h",
    };
    assert.deepEqual(
      Object.keys(cases).map((ms) => formatDuration(Number(ms))),
      Object.values(cases),
    );
  });

  test("what has not begun has no duration", () => {
    assert.equal(formatSpan(0, 0, 5000), "");
    assert.equal(formatSpan(1000, 0, 5000), "4s");
    assert.equal(formatSpan(1000, 3000, 5000), "2s");
  });

  test("times are those of ISO 8601, in UTC", () => {
    const moments = fc.date({
      min: new Date("1970-01-01Z"),
      max: new Date("9999-12-31Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moments, (moment) => {
        assert.equal(formatTime(moment.getTime()), `${moment.toISOString().slice(0, 19)}Z`);
      }),
    );
  });

  test("sizes", () => {
    assert.deepEqual([0, 999, 1500, 20_000_000].map(formatBytes), ["0 B", "999 B", "1.5 kB", "20 MB"]);
  });
});

describe("style", () => {
  const painted = (wishes: Parameters<typeof createStyle>[0]): boolean => createStyle(wishes).color;

  test("colours need a terminal that wants them", () => {
    assert.equal(painted({ isTTY: true, env: {} }), true);
    assert.equal(painted({ isTTY: false, env: {} }), false);
    assert.equal(painted({ isTTY: true, env: { NO_COLOR: "1" } }), false);
    assert.equal(painted({ isTTY: true, env: { NO_COLOR: "" } }), true);
    assert.equal(painted({ isTTY: true, env: { TERM: "dumb" } }), false);
    assert.equal(painted({ isTTY: false, env: { FORCE_COLOR: "1" } }), true);
    assert.equal(painted({ isTTY: true, env: {}, color: false }), false);
  });

  test("symbols follow the locale", () => {
    const utf8 = (env: Readonly<Record<string, string>>): boolean => createStyle({ isTTY: true, env }).utf8;
    assert.deepEqual(
      [utf8({}), utf8({ LANG: "de_DE.UTF-8" }), utf8({ LANG: "de_DE.ISO-8859-1" }), utf8({ TERM: "dumb" })],
      [true, true, false, false],
    );
  });
});

describe("widths", () => {
  test("wide and combining characters are counted as terminals show them", () => {
    assert.deepEqual(
      ["abc", "日本", "e\u0301", "🚀", "\x1b[31mred\x1b[39m"].map(measureWidth),
      [3, 4, 1, 2, 3],
    );
  });

  test("texts from outside cannot steer the terminal", () => {
    assert.equal(cleanText("a\x1b[2Jb\r\nc\x07\x1b]0;title\x07d\u202ee"), "ab c d e");
  });

  test("a cropped text is never wider than asked, whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 0, max: 30 }), (text, columns) => {
        const cropped = cropText(cleanText(text), columns, "…");
        assert.ok(measureWidth(cropped) <= columns);
      }),
    );
    assert.equal(cropText("\x1b[31mabcdef\x1b[39m", 4, "…"), "\x1b[31mabc\x1b[0m…");
  });
});

describe("tables", () => {
  test("columns are as wide as needed, empty ones are dropped", () => {
    assert.deepEqual(
      formatTable(
        ["A", "EMPTY", "B"],
        [
          ["1", "", "two"],
          ["日本", "", ""],
        ],
      ),
      ["A     B", "1     two", "日本"],
    );
    assert.deepEqual(formatTable(["A", "B"], []), ["A  B"]);
  });

  test("fields without a value are left out", () => {
    assert.deepEqual(
      formatFields([
        ["Name", "x"],
        ["Message", ""],
        ["Duration", "3s"],
      ]),
      ["Name:      x", "Duration:  3s"],
    );
  });

  test("branches", () => {
    assert.deepEqual(drawBranches([0, 1, 2, 2, 1, 2], plain), ["", "├─", "│ ├─", "│ └─", "└─", "  └─"]);
    assert.deepEqual(drawBranches([0, 1, 2, 1], ascii), ["", "|-", "| `-", "`-"]);
  });
});

describe("YAML", () => {
  test("looks as people write it", () => {
    const value = {
      name: "a b",
      list: [1, "1", { x: true, z: [] }],
      empty: {},
      text: "two\nlines\n",
      no: "no",
      time: "2025-11-21",
      nothing: null,
    };
    assert.equal(
      formatYaml(value),
      [
        "name: a b",
        "list:",
        "  - 1",
        '  - "1"',
        "  - x: true",
        "    z: []",
        "empty: {}",
        "text: |",
        "  two",
        "  lines",
        '"no": "no"',
        'time: "2025-11-21"',
        "nothing: null",
        "",
      ].join("\n"),
    );
  });

  test("another reader gets back what was written", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const kept = JSON.parse(JSON.stringify(value)) as Parameters<typeof formatYaml>[0];
        assert.deepEqual(load(formatYaml(kept)), kept);
      }),
    );
    const awkward = [
      "~",
      "yes",
      "0x10",
      "1e3",
      "- a",
      "a: b",
      "#c",
      " x",
      "x ",
      "a\n\nb",
      "\n",
      "a\tb",
      "'",
      '"',
      "!t",
      "&a",
      "*a",
      "=",
      "<<",
      "a #b",
      "\u2028",
      "a\r\nb",
    ];
    assert.deepEqual(load(formatYaml(awkward)), awkward);
  });
});

describe("diagnostics", () => {
  const diagnostic: Diagnostic = {
    code: "argo/unknown-template",
    severity: "error",
    message: "template 'foo' is not defined",
    position: { file: "a.yaml", line: 12, column: 19, offset: 0 },
    excerpt: "        template: foo",
    hint: "did you mean 'fop'?",
  };

  test("point at the place", () => {
    assert.deepEqual(formatDiagnostic(diagnostic, "a.yaml", 80, plain), [
      "a.yaml:12:19: error: template 'foo' is not defined [argo/unknown-template]",
      "   12 |         template: foo",
      "      |                   ^",
      "  hint: did you mean 'fop'?",
    ]);
    assert.equal(
      formatDiagnosticLine(diagnostic, "a.yaml"),
      "a.yaml:12:19: error: template 'foo' is not defined [argo/unknown-template] (did you mean 'fop'?)",
    );
  });

  test("long lines are cut around the place", () => {
    const excerpt = `${"x".repeat(200)}HERE${"y".repeat(200)}`;
    const lines = formatDiagnostic(
      { ...diagnostic, excerpt, position: { file: "a", line: 1, column: 201, offset: 0 } },
      "a",
      60,
      plain,
    );
    assert.equal(lines[1]?.[lines[2]?.indexOf("^") ?? -1], "H");
    assert.ok(lines.slice(1, 3).every((line) => measureWidth(line) <= 60));
  });

  test("tabs do not move the caret", () => {
    const lines = formatDiagnostic(
      { ...diagnostic, excerpt: "\t\tkey: v", position: { file: "a", line: 1, column: 3, offset: 0 } },
      "a",
      80,
      plain,
    );
    assert.equal(lines[1]?.[lines[2]?.indexOf("^") ?? -1], "k");
  });

  test("a problem of the whole file has no excerpt", () => {
    assert.deepEqual(
      formatDiagnostic({ code: "x/y", severity: "warning", message: "odd" }, "b.yaml", 80, plain),
      ["b.yaml: warning: odd [x/y]"],
    );
  });
});

describe("messages that blame a child", () => {
  const blame = (picture: RunPicture, owner: number, task: number): RunPicture => {
    picture.state.reasons.set(owner, { code: "child-failed", task });
    return picture;
  };
  const picture = blame(
    makePicture({ phase: "failed", tasks: [{ name: "build", phase: "failed" }], endedAfter: 1 }),
    0,
    1,
  );

  test("name it as people know it", () => {
    assert.equal(describeMessage(picture, 0, "child 'orders-12345' failed"), "child 'build' failed");
    picture.state.endReason = { code: "child-failed", task: 1 };
    const run = { ...picture, row: { ...picture.row, message: "child 'orders-12345' failed" } };
    assert.equal(describeRunMessage(run), "child 'build' failed");
  });

  test("and others stay as they are, without what would move the cursor", () => {
    assert.equal(describeMessage(picture, 0, "exit code 4\x1b[2J"), "exit code 4");
    assert.equal(describeMessage(picture, 1, "child 'orders-12345' failed"), "child 'orders-12345' failed");
  });
});
