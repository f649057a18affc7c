/** What is wrong with a document, on error output; `done` says what was not done because of it: `run`, `stored`. */
import type { Diagnostic } from "../../base/diagnostic.ts";
import type { CommandContext } from "../command.ts";

export async function printDiagnostics(
  { io, err }: CommandContext,
  diagnostics: readonly Diagnostic[],
  file: string,
  done: string,
): Promise<void> {
  if (diagnostics.length === 0) return;
  const [{ countProblems, formatDiagnostic }, { createStyle }] = await Promise.all([
    import("../render/diagnostics.ts"),
    import("../render/style.ts"),
  ]);
  const style = createStyle({ isTTY: io.isTTY, env: io.env });
  for (const diagnostic of diagnostics) err.lines(formatDiagnostic(diagnostic, file, io.columns, style));
  const hasErrors = diagnostics.some(({ severity }) => severity === "error");
  if (hasErrors) err.line(`${countProblems(diagnostics)}; nothing was ${done}`);
}
