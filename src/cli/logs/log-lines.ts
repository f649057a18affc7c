/** How lines of a log look: which prefix, which colour, which of them. */
import type { LogFile } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import type { Style } from "../render/style.ts";
import { cleanText } from "../render/text-width.ts";

const colors = [36, 33, 35, 32, 34, 96, 93, 95, 92, 94];

/** `name: `, in a colour that stays the same for a name. */
export function formatPrefix(file: LogFile, isSingleCommand: boolean, style: Style): string {
  const name = cleanText(isSingleCommand ? file.taskName : `${file.taskName}/${file.command}`);
  if (!style.color) return `${name}: `;
  let hash = 0;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return `\x1b[${colors[hash % colors.length] ?? 36}m${name}:\x1b[39m `;
}

/** Throws `cli/bad-arguments` for a text that is no regular expression. */
export function parsePattern(text: string | undefined): RegExp | undefined {
  if (text === undefined) return undefined;
  try {
    return new RegExp(text);
  } catch (cause) {
    throw new MillraceError(
      "cli/bad-arguments",
      "invalid",
      `--grep is not a regular expression: ${String(cause)}`,
      { cause },
    );
  }
}
