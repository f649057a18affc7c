/** ConfigMaps and Secrets from the command line: what is stored, and what is never shown. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { writeByteText } from "../../src/base/byte-text.ts";
import { readEntries } from "../../src/cli/definitions/read-entries.ts";
import type { EntryWishes } from "../../src/cli/definitions/read-entries.ts";
import { ask } from "./ask.ts";
import { createWorld } from "./fake-world.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

const none: EntryWishes = { "from-literal": [], "from-file": [], "from-env-file": [], "from-env": [] };

function makeFolder(context: TestContext, files: Readonly<Record<string, string | Buffer>>): string {
  const folder = makeTemporaryFolder(context);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function readAll(cwd: string, wishes: Partial<EntryWishes>, env: Readonly<Record<string, string>> = {}) {
  return readEntries({ ...createWorld({ cwd }).io, env }, { ...none, ...wishes });
}

/** The entries of wishes that are all texts. */
async function read(cwd: string, wishes: Partial<EntryWishes>, env: Readonly<Record<string, string>> = {}) {
  const { texts, bytes } = await readAll(cwd, wishes, env);
  assert.deepEqual(bytes, {});
  return texts;
}

describe("entries", () => {
  test("of literals, whatever is in them", async () => {
    const literals = ["a=1", "b=x=y", "c=", 'd="quoted"', "e=two\nlines\u{1F600}"];
    assert.deepEqual(await read("/", { "from-literal": literals }), {
      a: "1",
      b: "x=y",
      c: "",
      d: '"quoted"',
      e: "two\nlines\u{1F600}",
    });
  });

  test("of files, under their names or others, and of folders", async (context) => {
    const cwd = makeFolder(context, { "one.txt": "1\n", "no good": "2" });
    mkdirSync(join(cwd, "sub"));
    assert.deepEqual(await read(cwd, { "from-file": ["one.txt", "two=one.txt"] }), {
      "one.txt": "1\n",
      two: "1\n",
    });
    assert.deepEqual(await read(cwd, { "from-file": ["."] }), { "one.txt": "1\n" });
    for (const wrong of ["key=.", "=one.txt", "key=", "-"])
      await assert.rejects(read(cwd, { "from-file": [wrong] }), { code: "cli/bad-arguments" }, wrong);
    await assert.rejects(read(cwd, { "from-file": ["none"] }), { code: "cli/unreadable-file" });
  });

  test("of files that are no text, byte for byte", async (context) => {
    const cwd = makeFolder(context, { "one.txt": "\u{FEFF}ä", key: Buffer.from([0, 255, 254, 128]) });
    assert.deepEqual(await readAll(cwd, { "from-file": ["one.txt", "key", "again=key"] }), {
      texts: { "one.txt": "\u{FEFF}ä" },
      bytes: { key: "AP/+gA==", again: "AP/+gA==" },
    });
    await assert.rejects(readAll(cwd, { "from-file": ["key", "key=one.txt"] }), { message: /'key'.+twice/u });
  });

  test("of files of variables, as kubectl reads them", async (context) => {
    const cwd = makeFolder(context, {
      "it.env": "\u{FEFF}# comment\n\n  A=1\r\nB= spaced \nC='quoted'\nFROM_HERE\nNOT_HERE\nD==\n",
      "bad.env": "A=1\n2 words=x\n",
    });
    assert.deepEqual(await read(cwd, { "from-env-file": ["it.env"] }, { FROM_HERE: "here" }), {
      A: "1",
      B: " spaced ",
      C: "'quoted'",
      FROM_HERE: "here",
      D: "=",
    });
    await assert.rejects(read(cwd, { "from-env-file": ["bad.env"] }), {
      code: "cli/bad-arguments",
      message: /bad\.env:2/u,
    });
  });

  test("of variables", async () => {
    const env = { PW: "a=b", key: "own" };
    assert.deepEqual(await read("/", { "from-env": ["password=PW", "key"] }, env), {
      password: "a=b",
      key: "own",
    });
    await assert.rejects(read("/", { "from-env": ["x=GONE"] }, env), { message: /no variable 'GONE'/u });
  });

  test("keys that are none or are there twice are refused, and values are not shown", async () => {
    for (const literal of ["a b=1", "..=1", "../x=1", "=1", "justavalue", `${"x".repeat(254)}=1`])
      await assert.rejects(
        read("/", { "from-literal": [literal] }),
        (error: Error) => !error.message.includes("justavalue"),
        literal,
      );
    await assert.rejects(read("/", { "from-literal": ["a=1", "a=2"] }), { message: /'a' is given twice/u });
    assert.deepEqual(Object.keys(await read("/", { "from-literal": ["__proto__=1"] })), ["__proto__"]);
  });
});

describe("configmap and secret", () => {
  test("create and apply store one document", async () => {
    const map = await ask(["configmap", "create", "limits", "--from-literal", "workflow=2", "-l", "team=a"]);
    assert.deepEqual(map.calls, [
      'store {"file":"configmap limits","mode":"create","kinds":["ConfigMap"],"strict":false} 113 characters',
    ]);
    const secret = await ask(["secret", "apply", "db", "--from-literal", "pw=geheim"]);
    assert.match(secret.calls[0] ?? "", /"mode":"apply","kinds":\["Secret"\]/u);
    assert.ok(![...secret.calls, ...secret.out, secret.err].join().includes("geheim"));
  });

  test("names that a cluster would refuse are refused", async () => {
    for (const name of ["../up", "Upper", "-a", "a_b", "x".repeat(254)]) {
      const { code, calls } = await ask(["secret", "create", "--from-literal", "a=b", "--", name]);
      assert.deepEqual([code, calls], [2, []], name);
    }
  });

  test("get and list show keys, and values only when asked for", async () => {
    const secrets = { db: { password: "geheim", user: "me" }, web: { token: "a\nb" } };
    for (const args of [["list"], ["list", "-o", "json"], ["get", "db"], ["get", "db", "-o", "yaml"]]) {
      const { code, out } = await ask(["secret", ...args], { secrets });
      assert.equal(code, 0);
      assert.match(out.join("\n"), /password/u);
      assert.ok(!out.join("\n").includes("geheim"), args.join(" "));
    }
    const shown = await ask(["secret", "get", "db", "--reveal"], { secrets });
    assert.match(shown.out.join("\n"), /password: +geheim/u);
    const one = await ask(["secret", "get", "web", "--reveal", "--key", "token"], { secrets });
    assert.equal(one.code, 0);
    assert.equal((await ask(["secret", "get", "db", "--key", "password"], { secrets })).code, 2);
    assert.equal((await ask(["secret", "get", "db", "--reveal", "--key", "none"], { secrets })).code, 2);
    assert.equal((await ask(["secret", "get", "gone"], { secrets })).code, 2);
  });

  test("bytes that are no text are shown as base64, and alone as they are", async () => {
    const secrets = { key: { id: writeByteText("AP/+gA=="), empty: "", user: "me" } };
    const shown = await ask(["secret", "get", "key", "--reveal"], { secrets });
    assert.deepEqual(
      shown.out.slice(1).map((line) => line.replace(/ +/gu, " ")),
      ["id: bytes, in base64: AP/+gA==", 'empty: ""', "user: me"],
    );
    const json = await ask(["secret", "get", "key", "--reveal", "-o", "json"], { secrets });
    const { data, binaryData } = JSON.parse(json.out.join("\n")) as Record<string, unknown>;
    assert.deepEqual([data, binaryData], [{ empty: "", user: "me" }, { id: "AP/+gA==" }]);
  });

  test("delete deletes, and a change of keys says what became of the old one", async () => {
    const secrets = { db: { password: "geheim" } };
    const gone = await ask(["secret", "delete", "db"], { secrets });
    assert.deepEqual(gone.calls, ["remove Secret db"]);
    const dry = await ask(["secret", "delete", "db", "--dry-run"], { secrets });
    assert.deepEqual(dry.calls, []);
    const changed = await ask(["secret", "change-key"], { secrets });
    assert.deepEqual(changed.out, [
      "1 Secret is encrypted with the key new",
      "the key old is needed for older copies of the home only; delete it when there are none",
    ]);
  });
});
