/** Deletes the runs whose time is over (Argo, ttlStrategy), as they fall due. */
import type { MakeServePart } from "./serve-part.ts";

export const createExpiryPart: MakeServePart = (host) => ({
  name: "expiry",
  look: async ({ now }) => {
    const { deleted, nextAt } = await host.expire(now);
    for (const name of deleted) host.note(`${name} is deleted: its time is over`);
    return nextAt ?? Infinity;
  },
  close: async () => undefined,
});
