/** The steps or dag template whose nodes are being lowered, and what its texts refer to. */
import { lazily } from "../../../base/lazily.ts";
import type { Template } from "../read/types.ts";
import type { TemplateSpace } from "./template-space.ts";

export interface Owner {
  /** Id of its process. */
  readonly id: string;
  readonly template: Template;
  readonly space: TemplateSpace;
  /** Indexes of its nodes by name. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** Names of nodes whose standard output its texts mention. */
  readonly mentioned: Set<string>;
  /** Set when a text mentions a result without saying plainly whose. */
  mentionsAny: boolean;
}

const getResultOf = lazily(
  () =>
    /(?:steps|tasks)\s*(?:\??\.\s*([\p{L}\p{N}_-]+)|\[\s*(["'])(.+?)\2\s*\])\s*\??\.\s*outputs\s*(?:\??\.\s*result|\[\s*["']result["']\s*\])/gu,
);

/** Notes whose result a text mentions: only such results are kept (Argo, HasOutputResultRef). */
export function noteResults(owner: Owner, source: string | undefined): void {
  if (source === undefined || !source.includes("result") || !source.includes("outputs")) return;
  let found = false;
  for (const match of source.matchAll(getResultOf())) {
    found = true;
    owner.mentioned.add(match[1] ?? match[3] ?? "");
  }
  if (!found) owner.mentionsAny = true;
}
