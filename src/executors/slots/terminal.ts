/** A terminal for a command that asks for one: util-linux `script` makes it, and its output is the command's. */
import { delimiter, join } from "node:path";
import { isProgram } from "../images/tool-shelf.ts";
import { quoteForShell } from "./shell-quote.ts";

/** The words that run a command in a terminal of its own; unchanged where there is no `script` of the Linux kind. */
export function addTerminal(argv: readonly string[], path: string): readonly string[] {
  if (process.platform !== "linux") return argv;
  const folder = path.split(delimiter).find((each) => isProgram(join(each, "script")));
  if (folder === undefined) return argv;
  // -e passes the exit code on, -q keeps its own words out of the output.
  return [join(folder, "script"), "-qefc", argv.map(quoteForShell).join(" "), "/dev/null"];
}
