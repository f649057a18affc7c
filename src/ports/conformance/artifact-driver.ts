/**
 * What every artifact driver must do, as tests: an implementation calls `describeArtifactDriver` from its own test file, with
 * storage of its kind that really runs. The rules are D1 to D8 of ports/artifact-driver.ts. What one storage alone has
 * (redirects, revisions, parts) is tested beside its driver.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { MillraceError } from "../../base/errors.ts";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { ArtifactDriver, TransferLimits } from "../artifact-driver.ts";

/** Files of a directory by their names, or the text of a single file. */
export type Stored = string | Readonly<Record<string, string>>;

/** A driver under test, with storage of its own that is empty. */
export interface ArtifactDriverSubject {
  readonly driver: ArtifactDriver;
  /** An empty folder to work in. */
  readonly folder: string;
  /** A place in the storage. */
  readonly placeOf: (name: string) => StoragePlace;
  /** Stores something by other means, for drivers that only read. */
  readonly seed?: (name: string, stored: Stored) => Promise<void>;
  /** The same place with a wrong secret value in it, when this storage asks for one. */
  readonly wrongly?: (place: StoragePlace, secret: string) => StoragePlace;
  /** A place where nobody answers. */
  readonly unreachable: StoragePlace;
}

export interface DriverAbilities {
  readonly save: boolean;
  readonly files: boolean;
  readonly directories: boolean;
  readonly list: boolean;
  readonly remove: boolean;
}

/** Wide bounds for tests. */
export function makeLimits(changed: Partial<TransferLimits> = {}): TransferLimits {
  return { signal: new AbortController().signal, sizeBytesAtMost: 1024 ** 3, ...changed };
}

/** What lies at a path. */
export function readStored(path: string): Stored {
  try {
    const names = readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !`${entry.parentPath}/`.includes("/.git/"))
      .map((entry) => join(entry.parentPath, entry.name));
    return Object.fromEntries(
      names.sort().map((name) => [name.slice(path.length + 1), readFileSync(name, "utf8")]),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return readFileSync(path, "utf8");
    throw error;
  }
}

/** Lays something at a path. */
export function writeStored(path: string, stored: Stored): void {
  const files =
    typeof stored === "string"
      ? [[path, stored] as const]
      : Object.entries(stored).map(([name, text]) => [join(path, name), text] as const);
  for (const [name, text] of files) {
    mkdirSync(dirname(name), { recursive: true });
    writeFileSync(name, text);
  }
}

const sampleFile = "a line\nand ünï😀 \u0000 bytes\n";
const sampleDirectory = { "a.txt": "a", "deep/er/b c.txt": "b", "deep/ü+%2f&.txt": "odd name", empty: "" };

export function describeArtifactDriver(
  name: string,
  can: DriverAbilities,
  open: (context: TestContext) => Promise<ArtifactDriverSubject>,
): void {
  void describe(`artifact driver: ${name}`, () => {
    describeLoading(can, open);
    describeRefusals(can, open);
    if (can.list) describeListing(can, open);
    else
      void test("D5: without lists, `list` is refused", async (context) => {
        const { driver, placeOf } = await open(context);
        await refused(driver.list(placeOf("some"), makeLimits()), "artifact/unsupported-operation");
      });
    if (can.remove) describeRemoving(can, open);
    else
      void test("D5: without deletion, `remove` is refused", async (context) => {
        const { driver, placeOf } = await open(context);
        await refused(driver.remove(placeOf("some"), makeLimits()), "artifact/unsupported-operation");
      });
  });
}

type Open = (context: TestContext) => Promise<ArtifactDriverSubject>;

async function store(subject: ArtifactDriverSubject, name: string, stored: Stored): Promise<void> {
  if (subject.seed !== undefined) return subject.seed(name, stored);
  const source = join(subject.folder, `source of ${name.replaceAll("/", "_")}`);
  writeStored(source, stored);
  await subject.driver.save(source, subject.placeOf(name), makeLimits());
}

function describeLoading(can: DriverAbilities, open: Open): void {
  const samples: readonly Stored[] = [
    ...(can.files ? [sampleFile, ""] : []),
    ...(can.directories ? [sampleDirectory] : []),
  ];
  for (const [index, stored] of samples.entries()) {
    void test(`D1, D2: what is stored is brought as it was (${typeof stored} ${index})`, async (context) => {
      const subject = await open(context);
      await store(subject, "some/place", stored);
      const target = join(subject.folder, "made", "target");
      await subject.driver.load(subject.placeOf("some/place"), target, makeLimits());
      assert.deepEqual(readStored(target), stored);
      assert.deepEqual(readdirSync(dirname(target)), ["target"]);
      assert.equal(await subject.driver.exists(subject.placeOf("some/place"), makeLimits()), true);
    });
  }
  if (can.save && can.files) {
    void test("D2: storing again replaces what was there", async (context) => {
      const subject = await open(context);
      await store(subject, "place", "the first, which is longer");
      await store(subject, "place", "second");
      await subject.driver.load(subject.placeOf("place"), join(subject.folder, "t"), makeLimits());
      assert.equal(readStored(join(subject.folder, "t")), "second");
    });
  }
  if (!can.save) {
    void test("D5: a driver that only reads refuses to store", async (context) => {
      const subject = await open(context);
      writeStored(join(subject.folder, "source"), "text");
      const saving = subject.driver.save(join(subject.folder, "source"), subject.placeOf("x"), makeLimits());
      await refused(saving, "artifact/unsupported-operation");
    });
  }
  if (!can.save || !can.directories) return;
  void test("D2: a directory that is stored again holds nothing of before", async (context) => {
    const subject = await open(context);
    const { driver, folder, placeOf } = subject;
    for (const [index, stored] of [
      { gone: "1", stays: "2" },
      { stays: "3", "new/one": "4" },
    ].entries()) {
      writeStored(join(folder, `source${index}`), stored);
      await driver.save(join(folder, `source${index}`), placeOf("dir"), makeLimits());
    }
    await driver.load(placeOf("dir"), join(folder, "t"), makeLimits());
    assert.deepEqual(readStored(join(folder, "t")), { stays: "3", "new/one": "4" });
  });
}

function describeRefusals(can: DriverAbilities, open: Open): void {
  void test("D6: nothing there is `artifact/missing`, and leaves nothing behind", async (context) => {
    const { driver, folder, placeOf } = await open(context);
    const error = await refused(
      driver.load(placeOf("never/made"), join(folder, "out", "t"), makeLimits()),
      "artifact/missing",
    );
    assert.match(error.message, new RegExp(driver.name, "u"));
    assert.equal(await driver.exists(placeOf("never/made"), makeLimits()), false);
    assert.deepEqual(existsSync(join(folder, "out")) ? readdirSync(join(folder, "out")) : [], []);
  });
  void test("D6: storage that does not answer is `artifact/unavailable`", async (context) => {
    const { driver, folder, unreachable } = await open(context);
    await refused(driver.load(unreachable, join(folder, "t"), makeLimits()), "artifact/unavailable");
  });
  void test("D6: more bytes than allowed are refused, and leave nothing behind", async (context) => {
    const subject = await open(context);
    const stored = can.files ? "x".repeat(100_000) : { big: "x".repeat(100_000) };
    await store(subject, "big", stored);
    const loading = subject.driver.load(
      subject.placeOf("big"),
      join(subject.folder, "out", "t"),
      makeLimits({ sizeBytesAtMost: 50_000 }),
    );
    await refused(loading, "artifact/too-large");
    assert.deepEqual(readdirSync(join(subject.folder, "out")), []);
  });
  void test("D7: a secret that is wrong is refused and not repeated", async (context) => {
    const subject = await open(context);
    if (subject.wrongly === undefined) return context.skip("this storage asks for no secret");
    await store(subject, "x", can.files ? "text" : { file: "text" });
    const place = subject.wrongly(subject.placeOf("x"), "not-the-secret-at-all");
    const error = await refused(
      subject.driver.load(place, join(subject.folder, "t"), makeLimits()),
      "artifact/denied",
    );
    assert.ok(!JSON.stringify([error.message, error.hint, error.stack]).includes("not-the-secret-at-all"));
  });
  void test("D8: an aborted call ends, and leaves nothing behind", async (context) => {
    const subject = await open(context);
    await store(subject, "x", can.files ? "text" : { file: "text" });
    const limits = makeLimits({ signal: AbortSignal.abort() });
    await refused(
      subject.driver.load(subject.placeOf("x"), join(subject.folder, "out", "t"), limits),
      "artifact/unavailable",
    );
    assert.deepEqual(
      existsSync(join(subject.folder, "out")) ? readdirSync(join(subject.folder, "out")) : [],
      [],
    );
  });
}

function describeListing(can: DriverAbilities, open: Open): void {
  void test("D4: all files at or below a place are listed, and no others", async (context) => {
    const subject = await open(context);
    const { driver, placeOf } = subject;
    await store(subject, "data/one", "1");
    await store(subject, "database", "not below data");
    if (can.directories) await store(subject, "data/dir", { "b/x": "2", a: "3" });
    const expected = ["data/one", ...(can.directories ? ["data/dir/a", "data/dir/b/x"] : [])].sort();
    assert.deepEqual(
      await driver.list(placeOf("data"), makeLimits()),
      expected.map((each) => placeOf(each).key),
    );
    assert.deepEqual(await driver.list(placeOf("data/one"), makeLimits()), [placeOf("data/one").key]);
    assert.deepEqual(await driver.list(placeOf("nothing"), makeLimits()), []);
  });
}

function describeRemoving(can: DriverAbilities, open: Open): void {
  void test("D3: what was removed is not there, and removing it again is no error", async (context) => {
    const subject = await open(context);
    const { driver, placeOf } = subject;
    await store(subject, "x", can.directories ? { "a/b": "1", c: "2" } : "1");
    await store(subject, "xy", "a neighbour");
    for (let times = 0; times < 2; times += 1) {
      await driver.remove(placeOf("x"), makeLimits());
      assert.equal(await driver.exists(placeOf("x"), makeLimits()), false);
    }
    assert.equal(await driver.exists(placeOf("xy"), makeLimits()), true);
  });
}

/** The error of a call that must be refused with a code. */
export async function refused(call: Promise<unknown>, code: string): Promise<MillraceError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof MillraceError, String(error));
    assert.equal(error.code, code, error.message);
    return error;
  }
  return assert.fail(`the call was not refused with ${code}`);
}
