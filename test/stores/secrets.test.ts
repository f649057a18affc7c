/** Secret stores against their conformance suite, and what only a folder can get wrong: keys, damage, plain leftovers. */
import assert from "node:assert/strict";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { describeSecretStore } from "../../src/ports/conformance/secret-store.ts";
import { openFolderSecrets } from "../../src/stores/folder/folder-secrets.ts";
import type { FolderSecrets } from "../../src/stores/folder/folder-secrets.ts";
import { createSecretKeys } from "../../src/stores/folder/secret-keys.ts";
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

/** The folder `home/secrets`, whose keys lie in `keys` beside the home unless they are given. */
function open(folder: string, given?: string): FolderSecrets {
  const home = dirname(folder);
  const keys = createSecretKeys({
    home,
    folder: join(dirname(home), "keys"),
    ...(given === undefined ? {} : { given: { text: given, from: "MILLRACE_SECRET_KEY" } }),
  });
  return openFolderSecrets(folder, keys);
}

function makeFolder(context: TestContext): string {
  const home = join(makeTemporaryFolder(context), "home");
  mkdirSync(home);
  return join(home, "secrets");
}

describeSecretStore("folder", { makePlace: makeFolder, open: (folder) => open(folder) });

const value = "hunter2-is-the-value";
const aKey = "a".repeat(64);
const bKey = Buffer.alloc(32, 7).toString("base64");

function keysOf(folder: string): string {
  return join(dirname(dirname(folder)), "keys");
}

describe("a folder of secrets", () => {
  test("is for its owner alone, and names do not lead out of it", (context) => {
    const folder = makeFolder(context);
    const store = open(folder);
    store.put("db", { password: "x" });
    store.put("../../up", { password: "y" });
    assert.deepEqual(readdirSync(dirname(folder)), ["secrets"]);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
  });

  test("holds no value, and its key lies elsewhere, for the owner alone", (context) => {
    const folder = makeFolder(context);
    open(folder).put("db", { password: value });
    const text = readFileSync(join(folder, "db.json"), "utf8");
    assert.ok(!text.includes(value) && !text.includes(Buffer.from(value).toString("base64")));
    const keys = readdirSync(keysOf(folder));
    assert.deepEqual(keys, [`${readFileSync(join(folder, "current-key"), "utf8").trim()}.key`]);
    const [file = ""] = keys;
    assert.equal(statSync(join(keysOf(folder), file)).mode & 0o777, 0o600);
    const [key = ""] = readFileSync(join(keysOf(folder), file), "utf8")
      .trim()
      .split("\n")
      .slice(-1);
    assert.equal(Buffer.from(key, "base64").length, 32);
    for (const name of readdirSync(folder))
      assert.ok(!readFileSync(join(folder, name), "utf8").includes(key));
  });

  test("the same value is never written the same way twice, and one that has not changed is not written", (context) => {
    const folder = makeFolder(context);
    const store = open(folder);
    assert.equal(store.put("db", { password: value }), true);
    const first = readFileSync(join(folder, "db.json"), "utf8");
    assert.equal(store.put("db", { password: value }), false);
    assert.equal(readFileSync(join(folder, "db.json"), "utf8"), first);
    store.put("db", { password: "other" });
    store.put("db", { password: value });
    assert.notEqual(readFileSync(join(folder, "db.json"), "utf8"), first);
  });

  test("a file that is no Secret is named", (context) => {
    const folder = makeFolder(context);
    mkdirSync(folder);
    for (const text of [
      "",
      "{",
      "{}",
      '{"values":[1]}',
      '{"name":"db","values":[["a"]]}',
      "[]",
      '{"form":2}',
    ]) {
      writeFileSync(join(folder, "db.json"), text);
      assert.throws(() => open(folder).find("db", "password"), {
        code: "secrets/unreadable",
        message: /db\.json is not a stored Secret/u,
      });
    }
  });

  test("a byte that was changed is found, wherever it is, and so is a file in another one's place", (context) => {
    const folder = makeFolder(context);
    const store = open(folder);
    store.put("db", { password: value });
    store.put("web", { password: "other" });
    const path = join(folder, "db.json");
    const whole = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    const flip = (text: unknown): string => {
      const bytes = Buffer.from(String(text), "base64");
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      return bytes.toString("base64");
    };
    const changes = [
      ...["nonce", "tag", "box"].map((part) => ({ [part]: flip(whole[part]) })),
      { tag: String(whole["tag"]).slice(0, 4) },
      { nonce: "" },
      { box: "" },
      { label: { name: "web", keys: ["password"] } },
      { label: { name: "db", keys: [] } },
    ];
    for (const change of changes) {
      writeFileSync(path, JSON.stringify({ ...whole, ...change }));
      assert.throws(() => store.find("db", "password"), { code: "secrets/damaged" }, JSON.stringify(change));
    }
    cpSync(join(folder, "web.json"), path);
    assert.throws(() => store.find("db", "password"), { code: "secrets/damaged" });
    assert.equal(store.find("web", "password"), "other");
  });
});

describe("homes of versions that did not encrypt", () => {
  const plain = JSON.stringify({ name: "db", values: [["password", value]] });

  for (const [how, act] of [
    ["opening", (store: FolderSecrets) => store.sealPlain()],
    ["reading", (store: FolderSecrets) => assert.equal(store.find("db", "password"), value)],
    ["writing another one", (store: FolderSecrets) => void store.put("web", { a: "b" })],
  ] as const) {
    test(`are encrypted by ${how}`, (context) => {
      const folder = makeFolder(context);
      mkdirSync(folder);
      writeFileSync(join(folder, "db.json"), plain);
      writeFileSync(join(folder, "old.json"), plain.replace("db", "old"));
      writeFileSync(join(folder, "junk.json"), "{");
      writeFileSync(join(folder, "db.json.new"), plain);
      act(open(folder));
      open(folder).sealPlain();
      for (const name of ["db.json", "old.json"])
        assert.ok(!readFileSync(join(folder, name), "utf8").includes(value), name);
      assert.equal(open(folder).find("db", "password"), value);
      assert.equal(open(folder).find("old", "password"), value);
    });
  }

  test("one that an old version writes later is encrypted when it is read", (context) => {
    const folder = makeFolder(context);
    open(folder).put("web", { a: "b" });
    writeFileSync(join(folder, "db.json"), plain);
    assert.equal(open(folder).find("db", "password"), value);
    assert.ok(!readFileSync(join(folder, "db.json"), "utf8").includes(value));
  });

  test("what was being written when an old version was killed goes away", (context) => {
    const folder = makeFolder(context);
    mkdirSync(folder);
    writeFileSync(join(folder, "db.json.new"), plain);
    open(folder).sealPlain();
    assert.deepEqual(readdirSync(folder), []);
  });
});

describe("keys", () => {
  test("one that is missing is named with its place, and nothing is written with another one", (context) => {
    const folder = makeFolder(context);
    open(folder).put("db", { password: value });
    const [file = ""] = readdirSync(keysOf(folder));
    renameSync(join(keysOf(folder), file), join(keysOf(folder), "away"));
    const expected = {
      code: "secrets/key-missing",
      message: new RegExp(`${file.slice(0, 16)}.*keys/${file}`, "u"),
      hint: /MILLRACE_SECRET_KEY_FILE/u,
    };
    assert.throws(() => open(folder).find("db", "password"), expected);
    assert.throws(() => open(folder).listValues(), expected);
    assert.throws(() => open(folder).put("web", { a: "b" }), expected);
    assert.throws(() => open(folder).changeKey(), expected);
    assert.deepEqual(open(folder).list(), [{ name: "db", keys: ["password"] }]);
    assert.deepEqual(readdirSync(keysOf(folder)), ["away"]);
    assert.deepEqual(readdirSync(folder).sort(), ["current-key", "db.json"]);
    open(folder).remove("db");
    assert.equal(existsSync(join(folder, "db.json")), false);
  });

  test("a copy of the home opens with the key given by text, in either form, and with no other", (context) => {
    const folder = makeFolder(context);
    open(folder, bKey).put("db", { password: value });
    assert.equal(existsSync(keysOf(folder)), false);
    const copy = makeFolder(context);
    cpSync(folder, copy, { recursive: true });
    const hex = Buffer.from(bKey, "base64").toString("hex");
    for (const key of [bKey, hex, hex.toUpperCase(), bKey.replace("=", ""), `# mine\n${aKey}\n${bKey}\n`])
      assert.equal(open(copy, key).find("db", "password"), value);
    for (const key of [aKey, undefined])
      assert.throws(() => open(copy, key).find("db", "password"), { code: "secrets/key-missing" });
  });

  test("what is no key is refused without being shown", (context) => {
    const folder = makeFolder(context);
    for (const text of ["letmein", "", "# nothing", "a".repeat(63), bKey.slice(1), `${aKey} letmein`])
      assert.throws(
        () => open(folder, text).put("db", { password: value }),
        (error: Error & { code?: string }) =>
          error.code === "secrets/key-unusable" && !error.message.includes("letmein"),
      );
  });

  test("a key file in the home is refused, also by way of a link, and so is one that others can read", (context) => {
    const folder = makeFolder(context);
    const home = dirname(folder);
    writeFileSync(join(home, "key"), aKey);
    symlinkSync(home, join(dirname(home), "link"));
    for (const path of [join(home, "key"), join(dirname(home), "link", "key")]) {
      const givenFile = { path, from: "MILLRACE_SECRET_KEY_FILE" };
      const keys = createSecretKeys({ home, folder: keysOf(folder), givenFile });
      assert.throws(() => openFolderSecrets(folder, keys).put("db", {}), {
        code: "secrets/key-unusable",
        message: /must not lie in the home/u,
      });
    }
    for (const inside of [join(home, "keys"), join(dirname(home), "link", "keys")]) {
      const keys = createSecretKeys({ home, folder: inside });
      assert.throws(() => openFolderSecrets(folder, keys).put("db", {}), { code: "secrets/key-unusable" });
      assert.deepEqual(readdirSync(inside), []);
    }
    open(folder).put("db", { password: value });
    const [file = ""] = readdirSync(keysOf(folder));
    chmodSync(join(keysOf(folder), file), 0o644);
    assert.throws(() => open(folder).find("db", "password"), {
      code: "secrets/key-unusable",
      hint: /chmod 600/u,
    });
  });

  test("a key file with another key in it is refused, and one that is not there is named", (context) => {
    const folder = makeFolder(context);
    open(folder).put("db", { password: value });
    const [file = ""] = readdirSync(keysOf(folder));
    writeFileSync(join(keysOf(folder), file), aKey);
    assert.throws(() => open(folder).find("db", "password"), { code: "secrets/key-unusable" });
    const givenFile = { path: join(keysOf(folder), "none"), from: "MILLRACE_SECRET_KEY_FILE" };
    const keys = createSecretKeys({ home: dirname(folder), folder: keysOf(folder), givenFile });
    assert.throws(() => openFolderSecrets(folder, keys).find("db", "password"), {
      code: "secrets/key-unusable",
      message: /none \(MILLRACE_SECRET_KEY_FILE\) cannot be read/u,
    });
  });

  test("a change of keys encrypts everything anew, and leaves the key of older copies", (context) => {
    const folder = makeFolder(context);
    const store = open(folder);
    for (const name of ["db", "web"]) store.put(name, { password: `${value} of ${name}` });
    const [old = ""] = readdirSync(keysOf(folder));
    const copy = join(dirname(folder), "copy");
    cpSync(folder, copy, { recursive: true });
    const { key, count, former } = store.changeKey();
    assert.deepEqual([count, former], [2, [old.slice(0, 16)]]);
    assert.deepEqual(readdirSync(keysOf(folder)).sort(), [`${key}.key`, old].sort());
    rmSync(join(keysOf(folder), old));
    assert.equal(open(folder).find("web", "password"), `${value} of web`);
    assert.throws(() => open(copy).find("web", "password"), { code: "secrets/key-missing" });
  });

  test("a change to a given key needs both, and the given one writes from then on", (context) => {
    const folder = makeFolder(context);
    open(folder).put("db", { password: value });
    assert.equal(open(folder, aKey).changeKey().count, 1);
    assert.throws(() => open(folder).find("db", "password"), { code: "secrets/key-missing" });
    open(folder, `${bKey},${aKey}`).put("web", { a: "b" });
    open(folder, `${bKey},${aKey}`).changeKey();
    assert.equal(open(folder, bKey).find("db", "password"), value);
    assert.equal(open(folder, bKey).find("web", "a"), "b");
  });

  test("a change that was interrupted leaves everything readable, and can be made again", (context) => {
    const folder = makeFolder(context);
    const store = open(folder);
    for (const name of ["a", "b", "c"]) store.put(name, { x: name });
    const before = readFileSync(join(folder, "b.json"));
    store.changeKey();
    // As if it had ended after the first file.
    writeFileSync(join(folder, "b.json"), before);
    for (const name of ["a", "b", "c"]) assert.equal(open(folder).find(name, "x"), name);
    assert.equal(open(folder).changeKey().former.length, 2);
    for (const name of ["a", "b", "c"]) assert.equal(open(folder).find(name, "x"), name);
  });
});
