/**
 * What every artifact store must do, as tests: an implementation calls `describeArtifactStore` from its own test file.
 * The rules are A1 to A6 of ports/artifact-store.ts. What needs the implementation's own means (a full disk, bit
 * rot, hostile archives) is tested beside the implementation.
 */
import assert from "node:assert/strict";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { MillraceError } from "../../base/errors.ts";
import type { Archive } from "../../model/data/artifact.ts";
import { type Digest, isDigest } from "../../model/data/digest.ts";
import type { ArtifactStore, MaterializeOptions } from "../artifact-store.ts";

/** A store under test and an empty folder to work in. */
export interface ArtifactStoreSubject {
  readonly store: ArtifactStore;
  readonly folder: string;
  /** Closes the store and opens what it left behind. */
  reopen(): Promise<ArtifactStore>;
  dispose(): Promise<void>;
}

/** A directory as data: text is a file, `{ link }` a symbolic link, `{ run }` an executable file, `{}` a directory. */
export type Layout =
  string | { readonly link: string } | { readonly run: string } | { readonly [name: string]: Layout };

export const asIs: Archive = { kind: "none" };
export const asTar: Archive = { kind: "tar", compressionLevel: 6 };
export const asZip: Archive = { kind: "zip" };
export const plainly: MaterializeOptions = { unpack: "keep", recurseMode: false };
export const byContent: MaterializeOptions = { unpack: "tar-by-content", recurseMode: false };
export const asZipped: MaterializeOptions = { unpack: "zip", recurseMode: false };

/** A tree with everything that a tree can hold. */
const sampleLayout: Layout = {
  "a.txt": "text\n",
  empty: "",
  "no-entries": {},
  bin: { tool: { run: "#!/bin/sh\n" }, "link to a": { link: "../a.txt" }, dangling: { link: "nowhere" } },
  "ünï😀": { deep: { deeper: { "x y": "\u0000\u00ff" } } },
};

/** Writes a layout to disk. */
export function writeLayout(path: string, layout: Layout): void {
  if (typeof layout === "string") return writeFileSync(path, layout, { mode: 0o644 });
  if ("link" in layout && typeof layout.link === "string") return symlinkSync(layout.link, path);
  if ("run" in layout && typeof layout.run === "string") {
    writeFileSync(path, layout.run);
    return chmodSync(path, 0o755);
  }
  mkdirSync(path);
  for (const [name, child] of Object.entries(layout)) writeLayout(join(path, name), child);
  return undefined;
}

/** Reads a path back as a layout. */
export function readLayout(path: string): Layout {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return { link: readlinkSync(path) };
  if (found.isDirectory()) {
    return Object.fromEntries(
      readdirSync(path)
        .sort()
        .map((name) => [name, readLayout(join(path, name))]),
    );
  }
  const text = readFileSync(path, "utf8");
  return (found.mode & 0o100) === 0 ? text : { run: text };
}

type Check = (title: string, body: (subject: ArtifactStoreSubject) => Promise<void>) => void;

/** Registers the suite. `open` gives a new and empty store each time. */
export function describeArtifactStore(name: string, open: () => Promise<ArtifactStoreSubject>): void {
  const check: Check = (title, body) => {
    void test(title, async () => {
      const subject = await open();
      try {
        await body(subject);
      } finally {
        await subject.dispose();
      }
    });
  };
  void describe(`artifact store: ${name}`, () => {
    describeKeeping(check);
    describeIdentity(check);
    describeLaying(check);
    describeParts(check);
    describeExports(check);
    describeWrapping(check);
    describeRefusals(check);
  });
}

function describeKeeping(check: Check): void {
  check("A1: a file comes back byte for byte, also after reopening", async (subject) => {
    const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 7) % 256));
    const source = join(subject.folder, "in.bin");
    writeFileSync(source, bytes);
    const artifact = await subject.store.keep(source, asIs);
    assert.equal(artifact.fileName, "in.bin");
    assert.deepEqual([artifact.content.kind, artifact.content.sizeBytes], ["file", 1000]);
    assert.ok(isDigest(artifact.content.digest));
    await subject.store.syncPending();
    const again = await subject.reopen();
    const target = join(subject.folder, "deep", "er", "out.bin");
    await again.materialize(JSON.parse(JSON.stringify(artifact)), target, plainly);
    assert.deepEqual(readFileSync(target), bytes);
  });
  check("A1: files of all sizes around the store's own limits come back", async ({ store, folder }) => {
    for (const size of [0, 1, 262_143, 262_144, 262_145, 1_048_576, 3_000_001]) {
      const source = join(folder, `in-${size}`);
      writeFileSync(source, Buffer.alloc(size, `${size} `));
      const artifact = await store.keep(source, asIs);
      assert.equal(artifact.content.sizeBytes, size);
      const target = join(folder, `out-${size}`);
      await store.materialize(artifact, target, plainly);
      assert.deepEqual(readFileSync(target), readFileSync(source), `${size} bytes`);
    }
  });
  check(
    "A1: a directory comes back with links, empty directories and execute bits",
    async ({ store, folder }) => {
      writeLayout(join(folder, "tree"), sampleLayout);
      const artifact = await store.keep(join(folder, "tree"), asTar);
      assert.deepEqual([artifact.content.kind, artifact.content.sizeBytes], ["tree", 5 + 10 + 3]);
      await store.materialize(artifact, join(folder, "out"), byContent);
      assert.deepEqual(readLayout(join(folder, "out")), readLayout(join(folder, "tree")));
      assert.deepEqual(readLayout(join(folder, "out")), sampleLayout);
    },
  );
  check("A1: an executable file stays executable", async ({ store, folder }) => {
    writeLayout(join(folder, "tool"), { run: "#!/bin/sh\n" });
    const artifact = await store.keep(join(folder, "tool"), asTar);
    await store.materialize(artifact, join(folder, "out"), byContent);
    assert.deepEqual(readLayout(join(folder, "out")), { run: "#!/bin/sh\n" });
  });
}

function describeIdentity(check: Check): void {
  check("A2: equal content has equal digests wherever it came from", async ({ store, folder }) => {
    for (const name of ["one", "two"]) writeLayout(join(folder, name), { b: { c: "x" }, a: "y" });
    const one = await store.keep(join(folder, "one"), asIs);
    const two = await store.keep(join(folder, "two"), asTar);
    assert.deepEqual(one.content, two.content);
    const file = await store.keep(join(folder, "one", "a"), asIs);
    assert.deepEqual((await store.keepText("y", "z")).content, file.content);
    writeLayout(join(folder, "three"), { b: { c: { run: "x" } }, a: "y" });
    assert.notEqual((await store.keep(join(folder, "three"), asIs)).content.digest, one.content.digest);
  });
  check("text is kept as a file", async ({ store, folder }) => {
    const artifact = await store.keepText("käse\n", "note.txt");
    assert.deepEqual(
      [artifact.fileName, artifact.archive, artifact.content.sizeBytes],
      ["note.txt", asIs, 6],
    );
    await store.materialize(artifact, join(folder, "out"), byContent);
    assert.equal(readFileSync(join(folder, "out"), "utf8"), "käse\n");
  });
  check("a link at the path itself is followed", async ({ store, folder }) => {
    writeLayout(join(folder, "real"), { a: "1" });
    symlinkSync("real", join(folder, "link"));
    const artifact = await store.keep(join(folder, "link"), asIs);
    assert.equal(artifact.content.kind, "tree");
    assert.equal(artifact.fileName, "link");
  });
  check("presence and paths can be asked for", async ({ store, folder }) => {
    const text = await store.keepText("here", "t");
    writeLayout(join(folder, "tree"), { a: "in the tree" });
    const tree = await store.keep(join(folder, "tree"), asIs);
    assert.equal(await store.has(text.content), true);
    assert.equal(await store.has(tree.content), true);
    assert.equal(await store.has({ ...text.content, digest: tree.content.digest, sizeBytes: 4 }), false);
    assert.equal(store.findFilePath(tree.content), undefined);
    const path = store.findFilePath(text.content);
    assert.ok(path !== undefined);
    assert.equal(readFileSync(path, "utf8"), "here");
  });
  check("many keeps at once do not disturb each other", async ({ store, folder }) => {
    for (let index = 0; index < 30; index += 1)
      writeLayout(join(folder, `t${index}`), { same: "s", own: `${index % 5}` });
    const indexes = Array.from({ length: 30 }, (_, index) => index);
    const kept = await Promise.all(indexes.map((index) => store.keep(join(folder, `t${index}`), asIs)));
    assert.equal(new Set(kept.map((artifact) => artifact.content.digest)).size, 5);
    await Promise.all(
      kept.map((artifact, index) => store.materialize(artifact, join(folder, `o${index}`), plainly)),
    );
    for (const index of indexes) {
      assert.deepEqual(readLayout(join(folder, `o${index}`)), { own: `${index % 5}`, same: "s" });
    }
  });
}

function describeLaying(check: Check): void {
  check(
    "what lies at the target is replaced, and nothing else is left beside it",
    async ({ store, folder }) => {
      const text = await store.keepText("new", "t");
      mkdirSync(join(folder, "work"));
      const target = join(folder, "work", "x");
      for (const before of ["old", { some: { deep: "tree" } }, { link: "elsewhere" }] as const) {
        writeLayout(target, before);
        await store.materialize(text, target, plainly);
        assert.deepEqual(readLayout(join(folder, "work")), { x: "new" });
        writeLayout(join(folder, "tree"), { a: "1" });
        const tree = await store.keep(join(folder, "tree"), asIs);
        await store.materialize(tree, target, plainly);
        assert.deepEqual(readLayout(join(folder, "work")), { x: { a: "1" } });
        await rm(target, { recursive: true });
        await rm(join(folder, "tree"), { recursive: true });
      }
    },
  );
  check("changing what was laid down does not change what is kept", async ({ store, folder }) => {
    const artifact = await store.keepText("original", "t");
    await store.materialize(artifact, join(folder, "a"), plainly);
    writeFileSync(join(folder, "a"), "changed in place");
    await store.materialize(artifact, join(folder, "b"), plainly);
    assert.equal(readFileSync(join(folder, "b"), "utf8"), "original");
  });
  check("modes are set on the target, or on everything below it", async ({ store, folder }) => {
    writeLayout(join(folder, "tree"), { a: { b: "1" }, c: "2", l: { link: "c" } });
    const tree = await store.keep(join(folder, "tree"), asIs);
    const modeOf = (...path: string[]): number => lstatSync(join(folder, ...path)).mode & 0o7777;
    await store.materialize(tree, join(folder, "top"), { ...plainly, mode: 0o700 });
    assert.deepEqual([modeOf("top"), modeOf("top", "a"), modeOf("top", "c")], [0o700, 0o755, 0o644]);
    await store.materialize(tree, join(folder, "all"), { ...plainly, mode: 0o500, recurseMode: true });
    assert.deepEqual([modeOf("all"), modeOf("all", "a"), modeOf("all", "a", "b")], [0o500, 0o500, 0o500]);
    const text = await store.keepText("x", "t");
    await store.materialize(text, join(folder, "file"), { ...plainly, mode: 0o400 });
    assert.equal(modeOf("file"), 0o400);
    await store.materialize(text, join(folder, "file"), plainly);
    assert.equal(modeOf("file"), 0o644);
  });
}

function describeParts(check: Check): void {
  check("a part of a tree can be laid", async ({ store, folder }) => {
    writeLayout(join(folder, "tree"), { a: { b: { c: "1" }, d: { run: "2" } }, up: { link: "a/b" }, e: {} });
    const tree = await store.keep(join(folder, "tree"), asIs);
    const layPart = async (subPath: string): Promise<Layout> => {
      await store.materialize(tree, join(folder, "out"), { ...plainly, subPath });
      return readLayout(join(folder, "out"));
    };
    assert.deepEqual(await layPart("a"), { b: { c: "1" }, d: { run: "2" } });
    assert.deepEqual(await layPart("./a//b/"), { c: "1" });
    assert.deepEqual(await layPart("a/d"), { run: "2" });
    assert.deepEqual(await layPart("up/c"), "1");
    assert.deepEqual(await layPart("a/../e"), {});
    assert.deepEqual(await layPart(""), readLayout(join(folder, "tree")));
    for (const subPath of ["..", "a/../../x", "../out"])
      await assertRefused(layPart(subPath), "artifact/bad-sub-path", "invalid");
    for (const subPath of ["x", "a/x", "a/d/x"])
      await assertRefused(layPart(subPath), "artifact/missing", "not-found");
  });
}

/** Keeps a layout, exports it and returns the path of the export. */
async function exportLayout(
  { store, folder }: ArtifactStoreSubject,
  layout: Layout,
  archive: Archive,
  name: string,
): Promise<string> {
  const source = join(folder, name);
  writeLayout(source, layout);
  const artifact = await store.keep(source, archive);
  const file = join(folder, "exports", `${name}.${archive.kind}`);
  await store.exportTo(artifact, file);
  return file;
}

function describeExports(check: Check): void {
  for (const [archive, how] of [
    [asTar, byContent],
    [asZip, asZipped],
  ] as const) {
    check(`what is exported as ${archive.kind} comes back when the file is taken in`, async (subject) => {
      const { store, folder } = subject;
      for (const [name, layout] of Object.entries({
        dir: sampleLayout,
        file: "one file",
        tool: { run: "x" },
        none: {},
      })) {
        const file = await exportLayout(subject, layout, archive, name);
        const raw = await store.keep(file, asIs);
        await store.materialize(raw, join(folder, "out", name), how);
        assert.deepEqual(readLayout(join(folder, "out", name)), layout);
      }
    });
    check(`equal content gives equal ${archive.kind} files`, async (subject) => {
      const one = await exportLayout(subject, sampleLayout, archive, "same");
      const bytes = readFileSync(one);
      await rm(join(subject.folder, "same"), { recursive: true });
      assert.deepEqual(readFileSync(await exportLayout(subject, sampleLayout, archive, "same")), bytes);
    });
    check(`large and long-named files survive ${archive.kind}`, async (subject) => {
      const layout = {
        ["n".repeat(200)]: { ["m".repeat(200)]: "x".repeat(700_001) },
        [`l${"k".repeat(150)}`]: { link: "j".repeat(300) },
      };
      const raw = await subject.store.keep(await exportLayout(subject, layout, archive, "long"), asIs);
      await subject.store.materialize(raw, join(subject.folder, "out"), how);
      assert.deepEqual(readLayout(join(subject.folder, "out")), layout);
    });
  }
  check("without an archive the export is the content", async (subject) => {
    assert.equal(readFileSync(await exportLayout(subject, "plain", asIs, "p"), "utf8"), "plain");
    assert.deepEqual(readLayout(await exportLayout(subject, { a: "1" }, asIs, "t")), { a: "1" });
  });
}

function describeWrapping(check: Check): void {
  check("a task gets what the wrapped form would have given it", async (subject) => {
    const { store, folder } = subject;
    const tgz = readFileSync(await exportLayout(subject, { a: "1" }, asTar, "d"));
    const zip = readFileSync(await exportLayout(subject, { a: "1" }, asZip, "e"));
    const lay = async (path: string, archive: Archive, how: MaterializeOptions): Promise<Layout | Buffer> => {
      await store.materialize(await store.keep(path, archive), join(folder, "out"), how);
      return lstatSync(join(folder, "out")).isDirectory()
        ? readLayout(join(folder, "out"))
        : readFileSync(join(folder, "out"));
    };
    const [dir, tarFile] = [join(folder, "d"), join(folder, "exports", "d.tar")];
    assert.deepEqual(await lay(dir, asTar, byContent), { a: "1" });
    assert.deepEqual(await lay(dir, asTar, plainly), tgz);
    assert.deepEqual(await lay(join(folder, "e"), asZip, asZipped), { a: "1" });
    assert.deepEqual(await lay(join(folder, "e"), asZip, byContent), zip);
    assert.deepEqual(await lay(dir, asIs, byContent), { a: "1" });
    assert.deepEqual(await lay(tarFile, asIs, byContent), { a: "1" });
    assert.deepEqual(await lay(tarFile, asIs, plainly), tgz);
    // A task that made a .tgz itself hands on a .tgz: only the wrapping is taken off.
    assert.deepEqual(await lay(tarFile, asTar, byContent), tgz);
    for (const [path, archive] of [
      [dir, asIs],
      [dir, asTar],
      [tarFile, asIs],
    ] as const) {
      await assertRefused(lay(path, archive, asZipped), "artifact/bad-archive", "invalid");
    }
  });
}

function describeRefusals(check: Check): void {
  check("A6: what is not there is missing", async ({ store, folder }) => {
    writeFileSync(join(folder, "file"), "");
    symlinkSync("nowhere", join(folder, "dangling"));
    for (const path of ["absent", "file/below", "dangling"]) {
      await assertRefused(store.keep(join(folder, path), asIs), "artifact/missing", "not-found");
    }
    const text = await store.keepText("x", "t");
    const other = { ...text, content: { ...text.content, digest: await unknownDigest(store) } };
    await assertRefused(
      store.materialize(other, join(folder, "out"), plainly),
      "artifact/missing",
      "not-found",
    );
    await assertRefused(store.exportTo(other, join(folder, "out")), "artifact/missing", "not-found");
    assert.equal(await store.has(other.content), false);
  });
  check("A4: links that lead out are kept and not laid", async ({ store, folder }) => {
    const hostile: Layout[] = [
      { l: { link: "/etc/passwd" } },
      { l: { link: "../x" } },
      { d: { l: { link: "../../x" } } },
      { loop: { link: "loop" } },
      // Each link stays inside as text; followed one after the other they do not.
      { x: { y: { l1: { link: "../.." } } }, l2: { link: "x/y/l1/.." } },
    ];
    for (const [index, layout] of hostile.entries()) {
      writeLayout(join(folder, `h${index}`), layout);
      const artifact = await store.keep(join(folder, `h${index}`), asIs);
      const target = join(folder, "new", "out");
      await assertRefused(store.materialize(artifact, target, plainly), "artifact/unsafe-archive", "invalid");
      assert.deepEqual(readLayout(dirname(target)), {});
    }
  });
}

async function unknownDigest(store: ArtifactStore): Promise<Digest> {
  const { digest } = (await store.keepText("known", "k")).content;
  const text = `${digest.slice(0, -4)}${digest.endsWith("0000") ? "1111" : "0000"}`;
  assert.ok(isDigest(text));
  return text;
}

async function assertRefused(work: Promise<unknown>, code: string, category: string): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof MillraceError, `expected a MillraceError, got ${String(error)}`);
    assert.deepEqual({ code: error.code, category: error.category }, { code, category });
    return true;
  });
}
