/** Marks for how a task or a run stands, in the engine's words. */
import type { Style, Tone } from "./style.ts";

interface Mark {
  readonly utf8: string;
  readonly ascii: string;
  readonly tone: Tone;
}

const marks: Readonly<Record<string, Mark>> = {
  waiting: { utf8: "◷", ascii: ".", tone: "quiet" },
  ready: { utf8: "◷", ascii: ".", tone: "quiet" },
  running: { utf8: "●", ascii: ">", tone: "active" },
  suspended: { utf8: "◫", ascii: "=", tone: "warn" },
  interrupted: { utf8: "◫", ascii: "=", tone: "warn" },
  succeeded: { utf8: "✔", ascii: "+", tone: "good" },
  failed: { utf8: "✖", ascii: "x", tone: "bad" },
  errored: { utf8: "⚠", ascii: "!", tone: "bad" },
  skipped: { utf8: "○", ascii: "o", tone: "quiet" },
  omitted: { utf8: "○", ascii: "o", tone: "quiet" },
};

const unknown: Mark = { utf8: "?", ascii: "?", tone: "quiet" };

/** The mark without colour; one column wide. */
function symbolOf(state: string, style: Style): string {
  const mark = marks[state] ?? unknown;
  return style.utf8 ? mark.utf8 : mark.ascii;
}

export function toneOf(state: string): Tone {
  return (marks[state] ?? unknown).tone;
}

/** The mark in its colour. */
export function paintSymbol(state: string, style: Style): string {
  return style.paint(toneOf(state), symbolOf(state, style));
}

/** Three dots that stand for what was left out. */
export function ellipsis(style: Style): string {
  return style.utf8 ? "…" : "...";
}
