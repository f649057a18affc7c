/** Documents of some kinds out of a file, for checks of these alone (argo lint --kinds). */
import type { DefinitionKind } from "../../../model/run/definition.ts";
import { listObjects } from "./list-objects.ts";

/**
 * The text with every document blanked that is of another kind; lines stay where they are, so that messages point at the
 * file. Undefined when nothing is left. Documents that cannot be read are known by the line that names their kind.
 */
export function pickKinds(
  source: string,
  kinds: readonly (DefinitionKind | "Workflow")[],
): string | undefined {
  const isWanted = (kind: string): boolean => kinds.some((one) => one === kind);
  let isEmpty = true;
  const parts = source.split(/^(?=---(?:[ \t\r\n]|$))/mu).map((part) => {
    const text = part.replace(/^---[ \t]*(?:\r?\n)?/u, "");
    const written = /^kind:[ \t]*["']?(\w+)/mu.exec(text)?.[1] ?? "";
    const found = listObjects(text).map(({ kind }) => kind);
    if (isWanted(written) || found.some(isWanted)) {
      isEmpty = false;
      return part;
    }
    return part.replace(/[^\n]/gu, "");
  });
  return isEmpty ? undefined : parts.join("");
}
