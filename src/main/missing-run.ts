/** The error for a name that no run of the home has: which one was probably meant, or that this home has none at all. */
import { findMeantName } from "../cli/arguments/find-meant-name.ts";
import { MillraceError } from "../base/errors.ts";

/** Names that are offered at once when the given one is the beginning of several. */
const offeredAtMost = 3;

/** `names` are those of all runs, newest first. */
export function missingRun(name: string, names: readonly string[], home: string): MillraceError {
  if (names.length === 0) {
    const what = name.startsWith("@") ? "there are no runs" : `there is no run '${name}', nor any other,`;
    return new MillraceError("run/unknown", "not-found", `${what} in ${home}`, {
      hint: "`millrace run FILE` starts one; --home or MILLRACE_HOME names another home.",
    });
  }
  return new MillraceError("run/unknown", "not-found", `there is no run '${name}' in this home`, {
    hint: suggest(name, names) ?? "`millrace list` shows the runs; --home names another home.",
  });
}

function suggest(name: string, names: readonly string[]): string | undefined {
  if (name === "latest") return "Did you mean @latest?";
  const longer = names.filter((candidate) => name !== "" && candidate.startsWith(name));
  const closest = findMeantName(name, names);
  const offered = longer.length > 0 ? longer.slice(0, offeredAtMost) : closest === undefined ? [] : [closest];
  if (offered.length === 0) return undefined;
  const more = longer.length > offered.length ? ` (${longer.length} runs begin so)` : "";
  return `Did you mean ${offered.join(" or ")}?${more}`;
}

/** The same where the names of all runs are not at hand. */
export function unknownRun(name: string): MillraceError {
  return new MillraceError("run/unknown", "not-found", `there is no run '${name}' in this home`, {
    hint: "`millrace list` shows the runs; --home names another home.",
  });
}
