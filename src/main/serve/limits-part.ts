/** Follows ConfigMaps that are stored while runs wait for semaphores: their limits hold from then on. */
import { listKeptLimits } from "../kept-limits.ts";
import type { MakeServePart } from "./serve-part.ts";

export const createLimitsPart: MakeServePart = (host) => {
  let seen = -1;
  return {
    name: "limits",
    look: async () => {
      const { revision, changed, removed } = await host.definitions.changesSince(
        Math.max(0, seen),
        "ConfigMap",
      );
      if (seen < 0 || changed.length > 0 || removed.length > 0)
        host.setKeptLimits(listKeptLimits(await host.definitions.list({ kind: "ConfigMap" })));
      seen = revision;
      return Infinity;
    },
    close: async () => undefined,
  };
};
