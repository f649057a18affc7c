/** Shows an error to a person: what, code, what to do. A stack trace only with MILLRACE_DEBUG=1. */
import { MillraceError } from "../base/errors.ts";
import type { World } from "./command.ts";
import { createStyle } from "./render/style.ts";
import { cleanText } from "./render/text-width.ts";

export function reportError(error: unknown, { io, err }: Pick<World, "io" | "err">): void {
  const style = createStyle({ isTTY: io.isTTY, env: io.env });
  const label = style.paint("bad", "error:");
  if (error instanceof MillraceError) {
    err.line(`${label} ${cleanText(error.message)} ${style.paint("quiet", `[${error.code}]`)}`);
    if (error.hint !== undefined) err.line(`  ${style.paint("active", "hint:")} ${error.hint}`);
  } else {
    err.line(
      `${label} ${cleanText(error instanceof Error ? error.message : String(error))} ${style.paint("quiet", "[internal]")}`,
    );
    err.line(`  ${style.paint("active", "hint:")} ${adviseOnFault(error)}`);
  }
  if (io.env["MILLRACE_DEBUG"] === "1" && error instanceof Error) err.lines(describeCauses(error));
}

/** A package that is not there is a clone that was not set up, or was brought up to date since. */
function adviseOnFault(error: unknown): string {
  const isPackage =
    error instanceof Error &&
    "code" in error &&
    error.code === "ERR_MODULE_NOT_FOUND" &&
    / package /.test(error.message);
  return isPackage
    ? "Packages that Millrace needs are not installed: run `npm install` in its folder."
    : "This is a fault of Millrace; with MILLRACE_DEBUG=1 it shows where.";
}

function describeCauses(error: Error): readonly string[] {
  const lines: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    lines.push(cause.stack ?? cause.message);
  return lines;
}
