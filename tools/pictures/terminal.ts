/**
 * A terminal on paper: takes what the command writes and knows what stands where, in which colour.
 * It understands the few sequences that the command line uses (cursor up, clear to the end of line and screen, colours,
 * cursor on and off) and throws at any other, so that a picture never shows less than a terminal would.
 * The page has no end below: scrolling would only hide what the picture is about.
 */

/** Marks of one place; all false for plain text. */
export interface Look {
  /** 31 to 36 as in the sequence; undefined for the terminal's own colour. */
  readonly color: number | undefined;
  readonly strong: boolean;
  readonly quiet: boolean;
}

export interface Cell {
  readonly character: string;
  readonly look: Look;
}

export interface Terminal {
  readonly write: (text: string) => void;
  /** Every line as it stands now, without blanks at the end. */
  readonly lines: () => readonly (readonly Cell[])[];
}

const plain: Look = { color: undefined, strong: false, quiet: false };
const blank: Cell = { character: " ", look: plain };
// eslint-disable-next-line no-control-regex -- escape sequences are what is read here
const token = /\x1b\[(\??)([0-9;]*)([A-Za-z])|[\r\n]|[^\x1b\r\n]/gu;

export function createTerminal(): Terminal {
  const page: Cell[][] = [[]];
  let [row, column, look] = [0, 0, plain];

  const lineAt = (index: number): Cell[] => {
    while (page.length <= index) page.push([]);
    return page[index] ?? [];
  };
  const put = (character: string): void => {
    const line = lineAt(row);
    while (line.length < column) line.push(blank);
    line[column] = { character, look };
    column += 1;
  };
  const obey = (sequence: string, isPrivate: boolean, argument: string, letter: string): void => {
    if (isPrivate && argument === "25" && (letter === "l" || letter === "h")) return;
    if (letter === "A") row = Math.max(0, row - Number(argument));
    else if (letter === "K") lineAt(row).length = Math.min(lineAt(row).length, column);
    else if (letter === "J") {
      lineAt(row).length = Math.min(lineAt(row).length, column);
      page.length = row + 1;
    } else if (letter === "m") look = applyLook(look, Number(argument));
    else throw new Error(`a picture does not know the sequence ${JSON.stringify(sequence)}`);
  };
  return {
    write: (text) => {
      for (const [whole, mark, argument = "", letter] of text.matchAll(token)) {
        if (letter !== undefined) obey(whole, mark === "?", argument, letter);
        else if (whole === "\r") column = 0;
        else if (whole === "\n") [row, column] = [row + 1, 0];
        else put(whole);
      }
      lineAt(row);
    },
    lines: () => page.map(trimEnd),
  };
}

function applyLook(look: Look, code: number): Look {
  if (code === 1) return { ...look, strong: true };
  if (code === 2) return { ...look, quiet: true };
  if (code === 22) return { ...look, strong: false, quiet: false };
  if (code === 39) return { ...look, color: undefined };
  if (code === 0) return plain;
  if (code >= 31 && code <= 36) return { ...look, color: code };
  throw new Error(`a picture does not know the colour ${code}`);
}

function trimEnd(line: readonly Cell[]): readonly Cell[] {
  return line.slice(0, line.findLastIndex(({ character }) => character !== " ") + 1);
}
