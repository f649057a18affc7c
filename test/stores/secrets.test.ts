/** Secret stores against their conformance suite, and what only a folder can get wrong. */
import assert from "node:assert/strict";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { describeSecretStore } from "../../src/ports/conformance/secret-store.ts";
import { openFolderSecrets } from "../../src/stores/folder/folder-secrets.ts";
import { createMemorySecrets } from "../../src/stores/memory/memory-secrets.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";

const inMemory = new Map<string, ReturnType<typeof createMemorySecrets>>();

describeSecretStore("memory", {
  makePlace: () => {
    const place = `place ${inMemory.size}`;
    inMemory.set(place, createMemorySecrets());
    return place;
  },
  open: (place) => inMemory.get(place) ?? assert.fail(`no ${place}`),
});

describeSecretStore("folder", {
  makePlace: (context) => join(makeTemporaryFolder(context), "secrets"),
  open: openFolderSecrets,
});

describe("a folder of secrets", () => {
  test("is for its owner alone, and names do not lead out of it", (context) => {
    const above = makeTemporaryFolder(context);
    const folder = join(above, "secrets");
    const store = openFolderSecrets(folder);
    store.put("db", { password: "x" });
    store.put("../../up", { password: "y" });
    assert.deepEqual(readdirSync(above), ["secrets"]);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
  });

  test("a file that is no Secret is named", (context) => {
    const folder = makeTemporaryFolder(context);
    for (const text of ["", "{", "{}", '{"values":[1]}', '{"values":[["a"]]}', "[]"]) {
      writeFileSync(join(folder, "db.json"), text);
      assert.throws(() => openFolderSecrets(folder).find("db", "password"), {
        code: "secrets/unreadable",
        message: /db\.json is not a stored Secret/u,
      });
    }
  });
});
