/** Properties of trees: every directory comes back, through every form it can take. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join, posix } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { openLocalArtifacts } from "../../src/artifacts/local/open-local-artifacts.ts";
import {
  type TreeEntry,
  encodeManifest,
  findManifest,
  resolveInTree,
} from "../../src/artifacts/local/tree-manifest.ts";
import { digestOf } from "../../src/artifacts/local/file-copy.ts";
import {
  type Layout,
  asIs,
  asTar,
  asZip,
  asZipped,
  byContent,
  plainly,
  readLayout,
  writeLayout,
} from "../../src/ports/conformance/artifact-store.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

const name = fc
  .string({
    unit: fc.constantFrom("a", "b", ".", " ", "-", "ü", "😀", "'", "$", "\n"),
    minLength: 1,
    maxLength: 6,
  })
  .filter((text) => text !== "." && text !== "..");
const content = fc.string({ maxLength: 2000 }).map((text) => text.replaceAll(/[\ud800-\udfff]/g, "s"));

const { layout } = fc.letrec<{ layout: Layout; directory: Layout }>((tie) => ({
  layout: fc.oneof(
    { maxDepth: 3 },
    content,
    content.map((run) => ({ run })),
    // Down or to a sibling: links that lead out are refused, which hostile-archives.test.ts looks at.
    name.map((link) => ({ link })),
    tie("directory"),
  ),
  directory: fc.dictionary(name, tie("layout"), { maxKeys: 5 }),
}));

const tree = fc.dictionary(name, layout, { maxKeys: 6 }).filter((value) => !hasLoop(value));

/** A link to itself leads nowhere and is refused when laid. */
function hasLoop(value: Layout): boolean {
  if (typeof value === "string") return false;
  const links = new Map<string, string>();
  const collect = (node: Layout, path: string): void => {
    if (typeof node === "string") return;
    if ("link" in node && typeof node["link"] === "string") links.set(path, node["link"]);
    else
      for (const [key, child] of Object.entries(node)) collect(child, path === "" ? key : `${path}/${key}`);
  };
  collect(value, "");
  return [...links.keys()].some((path) => resolveInTree(links, path) === undefined);
}

test("every tree comes back as it was, plain and through tar and zip", async (context) => {
  const folder = makeTemporaryFolder(context);
  const store = openLocalArtifacts(join(folder, "store"));
  await fc.assert(
    fc.asyncProperty(tree, async (value) => {
      const source = join(folder, "source");
      rmSync(source, { recursive: true, force: true });
      writeLayout(source, value);
      const before = readLayout(source);
      const kept = await store.keep(source, asIs);
      await store.materialize(kept, join(folder, "out"), plainly);
      assert.deepEqual(readLayout(join(folder, "out")), before);
      assert.deepEqual((await store.keep(join(folder, "out"), asIs)).content, kept.content);
      for (const [archive, how] of [
        [asTar, byContent],
        [asZip, asZipped],
      ] as const) {
        await store.exportTo({ ...kept, archive }, join(folder, "archive"));
        const raw = await store.keep(join(folder, "archive"), asIs);
        await store.materialize(raw, join(folder, "out"), how);
        assert.deepEqual(readLayout(join(folder, "out")), before, archive.kind);
      }
    }),
    { numRuns: 25 },
  );
  await store.close();
});

test("manifests come back and do not depend on the order of the entries", () => {
  const entry = fc.record({ path: name, executable: fc.boolean(), sizeBytes: fc.nat() });
  const entries = fc.uniqueArray(entry, { selector: (item) => item.path, maxLength: 20 });
  fc.assert(
    fc.property(entries, (items) => {
      const made = items.map(({ path, executable, sizeBytes }): TreeEntry => {
        const digest = digestOf(Buffer.from(path));
        return { kind: "file", path, digest, sizeBytes, ...(executable ? { executable } : {}) };
      });
      const text = encodeManifest(made);
      assert.equal(encodeManifest(made.toReversed()), text);
      const found = findManifest(text);
      assert.ok(found !== undefined);
      assert.equal(encodeManifest(found.entries), text);
      assert.equal(found.entries.length, made.length);
    }),
  );
});

test("without links, paths resolve as they are written, and never outside", () => {
  const part = fc.constantFrom("a", "b", "..", ".", "");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const path = parts.join("/");
      const normal = posix.normalize(`./${path}`).replace(/\/$/, "");
      const expected = normal.startsWith("..") ? undefined : normal === "." ? "" : normal;
      const found = resolveInTree(new Map(), path);
      // A path that leaves the tree and comes back is outside in between, which normalising hides.
      assert.ok(found === expected || found === undefined, `${path}: ${found} instead of ${expected}`);
    }),
  );
});
