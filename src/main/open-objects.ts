/** The object keeper of an engine: made when the first task acts on an object, because few runs ever do. */
import type { ObjectKeeper } from "../ports/object-keeper.ts";

export function createLazyKeeper(open: () => Promise<ObjectKeeper>): ObjectKeeper {
  let keeper: Promise<ObjectKeeper> | undefined;
  return {
    act: async (request, caller, tell, signal) => {
      keeper ??= open();
      return (await keeper).act(request, caller, tell, signal);
    },
  };
}
