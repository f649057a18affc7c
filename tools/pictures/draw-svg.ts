/**
 * Frames of a terminal as one SVG that plays them. Viewers that do not play show the last frame, and so do people who
 * asked their system for less motion. Every mark outside ASCII stands at a place of its own, because the fonts it comes
 * from are not as wide as the letters beside it.
 */
import type { Frame } from "./capture-run.ts";
import type { Cell, Look } from "./terminal.ts";

const cell = { width: 8.4, height: 19, size: 14 };
const margin = 16;
const frameMs = 450;
const lastFrameMs = 3000;

const colors: Readonly<Record<number, string>> = {
  31: "#f47067",
  32: "#57ab5a",
  33: "#c69026",
  34: "#539bf5",
  35: "#b083f0",
  36: "#39c5cf",
};

/** `title` is read to people who cannot see the picture. */
export function drawSvg(frames: readonly Frame[], title: string): string {
  const columns = Math.max(...frames.flatMap((frame) => frame.map((line) => line.length)));
  const rows = Math.max(...frames.map((frame) => frame.length));
  const width = Math.ceil(columns * cell.width + 2 * margin);
  const height = Math.ceil(rows * cell.height + 2 * margin);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    "<style>",
    `text { font: ${cell.size}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #adbac7; white-space: pre; }`,
    ".strong { font-weight: bold; } .quiet { fill-opacity: 0.6; }",
    ...Object.entries(colors).map(([code, color]) => `.c${code} { fill: ${color}; }`),
    ...animate(frames.length),
    "</style>",
    `<rect width="${width}" height="${height}" rx="8" fill="#22272e"/>`,
    ...frames.flatMap((frame, index) => [`<g class="frame f${index}">`, ...drawFrame(frame), "</g>"]),
    "</svg>",
    "",
  ].join("\n");
}

/** Each frame is shown for its part of the whole; without motion only the last one is. */
function animate(count: number): readonly string[] {
  const totalMs = (count - 1) * frameMs + lastFrameMs;
  const percent = (ms: number): string => ((ms / totalMs) * 100).toFixed(2);
  const playing = Array.from({ length: count }, (_, index) => {
    const from = percent(index * frameMs);
    const to = index === count - 1 ? "100" : percent((index + 1) * frameMs);
    const before = index === 0 ? "" : `0% { visibility: hidden; } `;
    const after = index === count - 1 ? "" : ` ${to}%, 100% { visibility: hidden; }`;
    return [
      `@keyframes f${index} { ${before}${from}% { visibility: visible; }${after} }`,
      `.f${index} { animation: f${index} ${totalMs}ms step-end infinite; }`,
    ].join(" ");
  });
  return [
    `.frame { visibility: hidden; } .f${count - 1} { visibility: visible; }`,
    "@media (prefers-reduced-motion: no-preference) {",
    ...playing,
    "}",
  ];
}

function drawFrame(frame: Frame): readonly string[] {
  return frame.flatMap((line, row) => {
    if (line.length === 0) return [];
    const y = margin + row * cell.height + cell.size;
    const spans = cutSpans(line).map(({ column, text, look }) => {
      const x = (margin + column * cell.width).toFixed(1);
      const classes = nameClasses(look);
      return `<tspan x="${x}"${classes === "" ? "" : ` class="${classes}"`}>${escapeXml(text)}</tspan>`;
    });
    return [`<text y="${y}">${spans.join("")}</text>`];
  });
}

interface Span {
  readonly column: number;
  readonly text: string;
  readonly look: Look;
}

/** Neighbours of one look, except that marks stand alone and blanks at the beginning are left to the position. */
function cutSpans(line: readonly Cell[]): readonly Span[] {
  const spans: Span[] = [];
  line.forEach(({ character, look }, column) => {
    const last = spans.at(-1);
    const joins =
      last !== undefined && nameClasses(last.look) === nameClasses(look) && isNarrow(last.text + character);
    if (joins) spans[spans.length - 1] = { ...last, text: last.text + character };
    else spans.push({ column, text: character, look });
  });
  return spans.filter(({ text }) => text.trim() !== "");
}

function isNarrow(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

function nameClasses({ color, strong, quiet }: Look): string {
  return [color === undefined ? "" : `c${color}`, strong ? "strong" : "", quiet ? "quiet" : ""]
    .filter((name) => name !== "")
    .join(" ");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The text of the last frame of a picture that `drawSvg` has made. */
export function readLastFrame(svg: string): string {
  const frame = svg.slice(svg.lastIndexOf('<g class="frame'));
  const rows = [...frame.matchAll(/<text y="(\d+)">(.*)<\/text>/g)];
  return rows.map(([, , spans = ""]) => readRow(spans)).join("\n");
}

function readRow(spans: string): string {
  let row = "";
  for (const [, x = "", text = ""] of spans.matchAll(/<tspan x="([\d.]+)"[^>]*>([^<]*)<\/tspan>/g))
    row = row.padEnd(Math.round((Number(x) - margin) / cell.width)) + unescapeXml(text);
  return row;
}

function unescapeXml(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
