import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { projectFolder } from "../../tools/checks.ts";
import { captureRun, print } from "../../tools/pictures/capture-run.ts";
import { drawSvg, readLastFrame } from "../../tools/pictures/draw-svg.ts";
import { levelRow, picturePath } from "../../tools/pictures/picture.ts";
import { createTerminal } from "../../tools/pictures/terminal.ts";
import { readPage } from "./pages.ts";

function show(...texts: readonly string[]): string {
  const terminal = createTerminal();
  for (const text of texts) terminal.write(text);
  return print(terminal.lines());
}

describe("the picture of a run", () => {
  test("is in the README and shows the rows that the command prints", async () => {
    assert.ok(readPage("README.md").text.includes(`](${picturePath})`));
    const shown = readLastFrame(readFileSync(join(projectFolder, picturePath), "utf8"));
    assert.equal(levelRow(shown), levelRow(print((await captureRun()).at(-1) ?? [])));
  });

  test("can be read back as it was drawn", () => {
    const terminal = createTerminal();
    terminal.write("\x1b[1ma & b\x1b[22m  <c>\n├─\x1b[32m✔\x1b[39m name  1s\n");
    const svg = drawSvg([[], terminal.lines()], "a < b");
    assert.equal(readLastFrame(svg), "a & b  <c>\n├─✔ name  1s");
    assert.ok(svg.includes("<title>a &lt; b</title>"));
    assert.ok(svg.includes('<tspan x="16.0" class="strong">a &amp; b</tspan>'));
  });
});

describe("the terminal on paper", () => {
  test("draws frames over each other as the command line writes them", () => {
    assert.equal(show("one\ntwo\n", "\x1b[2A\rONE\x1b[K\n\n\x1b[J"), "ONE\ntwo\n");
    assert.equal(show("longer\n", "\x1b[1A\rab\x1b[K\n"), "ab\n");
    assert.equal(show("a\nb\nc\n", "\x1b[3A\rx\x1b[K\n\x1b[J"), "x\n");
    assert.equal(show("\x1b[?25la\x1b[?25h"), "a");
  });

  test("refuses what it does not know", () => {
    assert.throws(() => show("\x1b[5;5H"), /does not know the sequence/);
    assert.throws(() => show("\x1b[48m"), /does not know the colour/);
  });
});
