/** The git driver against repositories that really are there. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type TestContext, test } from "node:test";
import { createGitDriver } from "../../src/artifacts/git/create-git-driver.ts";
import type { JsonObject } from "../../src/base/json.ts";
import type { StoragePlace } from "../../src/model/data/storage-place.ts";
import {
  describeArtifactDriver,
  makeLimits,
  readStored,
  refused,
} from "../../src/ports/conformance/artifact-driver.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";
import { git, makeRepository, needsGit } from "./git-repository.ts";
import type { TestRepository } from "./git-repository.ts";
import { startWebServer } from "./web-server.ts";

const skip = needsGit;

if (needsGit === false) {
  const abilities = { save: false, files: false, directories: true, list: false, remove: false };
  describeArtifactDriver("git", abilities, (context) => {
    const folder = makeTemporaryFolder(context);
    const placeOf = (name: string): StoragePlace => ({
      driver: "git",
      key: join(folder, "repositories", `${name}.git`),
      settings: {},
    });
    return Promise.resolve({
      driver: createGitDriver(),
      folder,
      placeOf,
      seed: (name, stored) => {
        makeRepository(join(folder, "repositories"), name).commit(stored, "sample");
        return Promise.resolve();
      },
      unreachable: { ...placeOf("x"), key: "http://127.0.0.1:1/x.git" },
    });
  });
}

interface Sample {
  readonly repository: TestRepository;
  readonly commits: readonly string[];
  readonly load: (settings: JsonObject) => Promise<string>;
}

/** Three commits on main (the second is tagged v2), a branch `side`, and a ref that a clone does not bring. */
function makeSample(context: TestContext): Sample {
  const folder = makeTemporaryFolder(context);
  const repository = makeRepository(folder, "sample");
  const first = repository.commit({ file: "1" }, "one");
  const second = repository.commit({ file: "2" }, "two");
  git(repository.work, "tag", "--annotate", "--message", "v2", "v2");
  const third = repository.commit({ file: "3" }, "three");
  git(repository.work, "push", "--quiet", "origin", "v2", `${first}:refs/reviews/7`);
  git(repository.work, "checkout", "--quiet", "-b", "side");
  const side = repository.commit({ file: "side" }, "side");
  let copies = 0;
  return {
    repository,
    commits: [first, second, third, side],
    load: async (settings) => {
      const target = join(folder, `copy${(copies += 1)}`);
      const key = pathToFileURL(repository.bare).href;
      await createGitDriver().load({ driver: "git", key, settings }, target, makeLimits());
      return target;
    },
  };
}

test(
  "a revision is a branch, a tag, a commit or a short one; without one it is the default branch",
  { skip },
  async (context) => {
    const { load, commits } = makeSample(context);
    const [first = ""] = commits;
    for (const [revision, expected] of [
      [undefined, "3"],
      ["side", "side"],
      ["v2", "2"],
      [first, "1"],
      [first.slice(0, 10), "1"],
    ] as const) {
      const copy = await load(revision === undefined ? {} : { revision });
      assert.deepEqual(readStored(copy), { file: expected }, revision);
    }
    assert.equal(git(await load({ revision: "side" }), "branch", "--show-current"), "side");
  },
);

test("a depth brings so many commits, also of a revision on another branch", { skip }, async (context) => {
  const { load, commits } = makeSample(context);
  const copy = await load({ depth: 1 });
  assert.equal(git(copy, "rev-list", "--count", "HEAD"), "1");
  assert.deepEqual(readStored(await load({ depth: 1, revision: "side" })), { file: "side" });
  assert.deepEqual(readStored(await load({ depth: 1, revision: commits[0] ?? "" })), { file: "1" });
});

test("a single branch is all that is brought", { skip }, async (context) => {
  const { load } = makeSample(context);
  const copy = await load({ branch: "side", singleBranch: true });
  assert.deepEqual(readStored(copy), { file: "side" });
  assert.deepEqual(
    git(copy, "branch", "--remotes")
      .split(/\s+/u)
      .filter((name) => !name.includes("HEAD") && name !== "->"),
    ["origin/side"],
  );
  assert.deepEqual(readStored(await load({ branch: "side" })), { file: "side" });
});

test("more refs are fetched, and a revision that only they bring is found", { skip }, async (context) => {
  const { load, commits } = makeSample(context);
  const copy = await load({ fetch: ["refs/reviews/7:refs/reviews/7"], revision: "refs/reviews/7" });
  assert.equal(git(copy, "rev-parse", "HEAD"), commits[0]);
});

test("what is not there is missing, and options cannot be smuggled in", { skip }, async (context) => {
  const { load } = makeSample(context);
  const error = await refused(load({ revision: "never" }), "artifact/missing");
  assert.match(error.message, /git 'file:.*sample\.git'.*revision 'never'/u);
  await refused(load({ branch: "never", singleBranch: true }), "artifact/missing");
  await refused(load({ branch: "never" }), "artifact/missing");
  await refused(load({ revision: "--upload-pack=touch /tmp/never" }), "artifact/bad-place");
  const target = join(makeTemporaryFolder(context), "t");
  const place = { driver: "git", key: "ext::sh -c 'touch never'", settings: {} };
  await refused(createGitDriver().load(place, target, makeLimits()), "artifact/denied");
});

test("submodules are brought unless they are left out", { skip }, async (context) => {
  const { repository, load } = makeSample(context);
  const inner = makeRepository(makeTemporaryFolder(context), "inner");
  inner.commit({ inside: "deep" }, "inner");
  git(repository.work, "checkout", "--quiet", "main");
  git(repository.work, "submodule", "--quiet", "add", inner.bare, "sub");
  repository.commit({ file: "with sub" }, "sub");
  const without = await load({ withoutSubmodules: true });
  assert.equal(existsSync(join(without, "sub", "inside")), false);
  const before = process.env["GIT_ALLOW_PROTOCOL"];
  // Git refuses submodules of the local disk unless it is told that they are wanted.
  process.env["GIT_ALLOW_PROTOCOL"] = "file";
  try {
    assert.equal(readFileSync(join(await load({}), "sub", "inside"), "utf8"), "deep");
  } finally {
    if (before === undefined) delete process.env["GIT_ALLOW_PROTOCOL"];
    else process.env["GIT_ALLOW_PROTOCOL"] = before;
  }
});

test("a name and a password reach the server, and no error", { skip }, async (context) => {
  const server = await startWebServer(context, {
    answer: (incoming, outgoing) => {
      if (incoming.headers.authorization === undefined)
        outgoing.setHeader("WWW-Authenticate", 'Basic realm="x"');
      outgoing.writeHead(401).end();
      return true;
    },
  });
  const settings = { username: "me", password: "geheim-geheim" };
  const target = join(makeTemporaryFolder(context), "t");
  const place = { driver: "git", key: `${server.origin}/x.git`, settings };
  const error = await refused(createGitDriver().load(place, target, makeLimits()), "artifact/denied");
  assert.ok(!JSON.stringify([error.message, error.hint]).includes("geheim"), error.message);
  const sent = server.seen.map(({ headers }) => headers.authorization).filter((each) => each !== undefined);
  assert.equal(sent[0], `Basic ${Buffer.from("me:geheim-geheim").toString("base64")}`);
});
