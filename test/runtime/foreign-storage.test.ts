/** What the runtime adds to a driver: secrets at the last moment and never in errors, tries again, and bounds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MillraceError } from "../../src/base/errors.ts";
import type { StoragePlace } from "../../src/model/data/storage-place.ts";
import { sealSecret } from "../../src/model/run/sealed-secret.ts";
import type { ArtifactDriver } from "../../src/ports/artifact-driver.ts";
import { refused } from "../../src/ports/conformance/artifact-driver.ts";
import { createForeignStorage } from "../../src/runtime/attempts/foreign-storage.ts";
import type { ForeignStorage } from "../../src/runtime/attempts/foreign-storage.ts";
import { createMemorySecrets } from "../../src/stores/memory/memory-secrets.ts";

const place: StoragePlace = {
  driver: "made-up",
  key: "k",
  settings: { password: sealSecret("cred", "p"), list: [{ value: `x${sealSecret("cred", "p")}` }] },
};

function openStorage(list: (place: StoragePlace) => Promise<readonly string[]>): {
  storage: ForeignStorage;
  waits: number[];
} {
  const never = (): Promise<never> => Promise.reject(new Error("not asked for"));
  const driver: ArtifactDriver = {
    name: "made-up",
    load: never,
    save: never,
    remove: never,
    exists: never,
    list,
  };
  const secrets = createMemorySecrets();
  secrets.put("cred", { p: "geheim" });
  const waits: number[] = [];
  const wait = (delayMs: number): Promise<void> => Promise.resolve(void waits.push(delayMs));
  return {
    storage: createForeignStorage({ findDriver: () => Promise.resolve(driver), secrets, wait }),
    waits,
  };
}

test("a driver sees values where the place has seals", async () => {
  const seen: StoragePlace[] = [];
  const { storage } = openStorage((given) => Promise.resolve((seen.push(given), [])));
  await storage.list(place);
  assert.deepEqual(seen, [
    { driver: "made-up", key: "k", settings: { password: "geheim", list: [{ value: "xgeheim" }] } },
  ]);
});

test("what a driver says is told without values, and without its cause", async () => {
  const { storage } = openStorage(() =>
    Promise.reject(
      new MillraceError("artifact/denied", "denied", "no geheim", {
        hint: "not geheim",
        cause: new Error("geheim"),
      }),
    ),
  );
  const error = await refused(storage.list(place), "artifact/denied");
  assert.deepEqual([error.message, error.hint, error.cause], ["no ***", "not ***", undefined]);
});

test("storage that could not be reached is tried again, and anything else is not", async () => {
  let calls = 0;
  const fail = (category: "unavailable" | "denied", times: number) => (): Promise<readonly string[]> => {
    calls += 1;
    return calls > times
      ? Promise.resolve(["found"])
      : Promise.reject(new MillraceError("artifact/x", category, "x"));
  };
  const passing = openStorage(fail("unavailable", 2));
  assert.deepEqual(await passing.storage.list(place), ["found"]);
  assert.deepEqual(passing.waits, [1_000, 4_000]);
  calls = 0;
  await refused(openStorage(fail("unavailable", 3)).storage.list(place), "artifact/x");
  assert.equal(calls, 3);
  calls = 0;
  await refused(openStorage(fail("denied", 1)).storage.list(place), "artifact/x");
  assert.equal(calls, 1);
});

test("a secret that is not stored any more is named", async () => {
  const { storage } = openStorage(() => Promise.resolve([]));
  const gone = { ...place, settings: { password: sealSecret("gone", "p") } };
  const error = await refused(storage.list(gone), "secrets/missing");
  assert.match(error.message, /made-up 'k' needs the Secret gone with the key p/u);
});
