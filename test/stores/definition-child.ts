/** Puts versions of a shared definition and one of its own, as fast as it can, beside others that do the same. */
import { sampleDraft } from "../../src/ports/conformance/definition-store.ts";
import { openSqliteDefinitions } from "../../src/stores/sqlite/open-sqlite-definitions.ts";

const [folder = "", name = "", count = "0"] = process.argv.slice(2);
const store = openSqliteDefinitions(folder);
await store.put([sampleDraft({ name, expects: "none" })], 1);
for (let number = 1; number <= Number(count); number += 1)
  await store.put([sampleDraft({ name: "shared", source: `${name} ${number}` })], number);
await store.close();
