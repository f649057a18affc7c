/** The object keeper of an engine: made when the first task acts on an object, because few runs ever do. */
import type { DefinitionStore } from "../ports/definition-store.ts";
import type { ObjectKeeper } from "../ports/object-keeper.ts";
import type { Desk } from "./desk.ts";

export interface OpenObjects {
  readonly keeper: ObjectKeeper;
  close(): Promise<void>;
}

export function openObjects(desk: Desk): OpenObjects {
  let opened: Promise<{ readonly keeper: ObjectKeeper; readonly store: DefinitionStore }> | undefined;
  const open = async () => {
    const [{ keepObjects }, { createRunHands }, { openSqliteDefinitions }] = await Promise.all([
      import("./keep-objects.ts"),
      import("./run-hands.ts"),
      import("../stores/sqlite/open-sqlite-definitions.ts"),
    ]);
    const store = openSqliteDefinitions(desk.home.definitions);
    return { keeper: keepObjects(createRunHands(desk), store, desk.secrets), store };
  };
  return {
    keeper: {
      act: async (...asked) => {
        opened ??= open();
        return (await opened).keeper.act(...asked);
      },
    },
    close: async () => {
      if (opened !== undefined) await (await opened).store.close();
    },
  };
}
