import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalArtifacts } from "../../src/artifacts/local/open-local-artifacts.ts";
import { describeArtifactStore } from "../../src/ports/conformance/artifact-store.ts";

describeArtifactStore("local", async () => {
  const root = mkdtempSync(join(tmpdir(), "millrace-test-"));
  const folder = join(root, "work");
  mkdirSync(folder);
  let store = openLocalArtifacts(join(root, "store"));
  return {
    store,
    folder,
    reopen: async () => {
      await store.close();
      store = openLocalArtifacts(join(root, "store"));
      return store;
    },
    dispose: async () => {
      await store.close();
      rmSync(root, { recursive: true });
    },
  };
});
