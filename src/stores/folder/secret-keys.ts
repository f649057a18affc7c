/**
 * Where the keys of Secrets come from: given by the user, or files of the user's own folder, one for each key, named by
 * its id. Never the home: whoever has a copy of a home must not have its values.
 *
 * Q1. A key is on the disk before anything is encrypted with it.
 * Q2. A key is never written over and never taken away here: copies of the home may still need it.
 * Q3. A key that others can read, that lies in the home, or that is none is refused.
 */
import { mkdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { MillraceError } from "../../base/errors.ts";
import { makeKey, nameKey } from "./secret-box.ts";
import type { SecretKey } from "./secret-box.ts";

export interface SecretKeys {
  /**
   * The key to write with: the first that was given, or the one that the home has used last, or a new one.
   * MillraceError `secrets/key-missing` or `secrets/key-unusable`.
   */
  getCurrent(usedId: string | undefined): SecretKey;
  /** The key to change to: the first that was given, or a new one. */
  getNext(): SecretKey;
  /** MillraceError `secrets/key-unusable` for one that is there and cannot be used. */
  find(id: string): SecretKey | undefined;
  /** The error for whoever needs a key that is not there. `needs` begins a sentence: `the Secret db is encrypted`. */
  refuse(id: string, needs: string): MillraceError;
}

export interface SecretKeyPlaces {
  /** The home, which holds no keys. */
  readonly home: string;
  /** The user's folder of keys. */
  readonly folder: string;
  /** Texts with keys, the one to write with first, and how messages name them. */
  readonly given?: { readonly text: string; readonly from: string };
  /** A file with the same; wins over the text. */
  readonly givenFile?: { readonly path: string; readonly from: string };
}

const envHint = "MILLRACE_SECRET_KEY_FILE or MILLRACE_SECRET_KEY";

export function createSecretKeys(places: SecretKeyPlaces): SecretKeys {
  const known = new Map<string, SecretKey>();
  let given: readonly SecretKey[] | undefined;
  const listGiven = (): readonly SecretKey[] => (given ??= readGiven(places));
  const find = (id: string): SecretKey | undefined => {
    const found = listGiven().find((key) => key.id === id) ?? known.get(id) ?? readOwn(places, id);
    if (found !== undefined) known.set(id, found);
    return found;
  };
  const getNext = (): SecretKey => listGiven()[0] ?? writeOwn(places);
  const refuse = (id: string, needs: string): MillraceError => {
    const message = `${needs} with the key ${id}, which is not here (${pathOf(places, id)})`;
    return new MillraceError("secrets/key-missing", "not-found", message, {
      hint: `Put the key's file back there, or name a file with the key by ${envHint}. If the key is lost, so are the values: \`millrace secret delete NAME\`, and store them again.`,
    });
  };
  return {
    find,
    getNext,
    refuse,
    getCurrent: (usedId) => {
      const [first] = listGiven();
      if (first !== undefined || usedId === undefined) return first ?? getNext();
      const found = find(usedId);
      if (found === undefined) throw refuse(usedId, "this home encrypts its Secrets");
      return found;
    },
  };
}

function pathOf({ folder }: SecretKeyPlaces, id: string): string {
  return join(folder, `${id}.key`);
}

function readGiven({ given, givenFile, home }: SecretKeyPlaces): readonly SecretKey[] {
  if (givenFile === undefined) return given === undefined ? [] : parseKeys(given.text, given.from);
  const { path, from } = givenFile;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw unusable(`the key file ${path} (${from}) cannot be read: ${reasonOf(cause)}`, undefined, cause);
  }
  refuseInside(path, home);
  return parseKeys(text, `${from} (${path})`);
}

/** One key a word; lines that begin with # are for people. */
function parseKeys(text: string, from: string): readonly SecretKey[] {
  const words = text.replace(/^[ \t]*#.*$/gmu, "").split(/[\s,]+/u);
  const keys = words.filter((word) => word !== "").map((word) => parseKey(word, from));
  if (keys.length > 0) return keys;
  throw unusable(`${from} holds no key`, "A key is 32 bytes, in base64 or as 64 hexadecimal digits.");
}

function parseKey(word: string, from: string): SecretKey {
  const isHex = /^[0-9a-f]{64}$/iu.test(word);
  const isBase64 = /^[A-Za-z0-9+/_-]{43}=?$/u.test(word);
  if (isHex || isBase64) return nameKey(Buffer.from(word, isHex ? "hex" : "base64"));
  throw unusable(
    `${from} holds something that is no key`,
    "A key is 32 bytes, in base64 or as 64 hexadecimal digits: `openssl rand -base64 32` makes one.",
  );
}

function readOwn(places: SecretKeyPlaces, id: string): SecretKey | undefined {
  if (!/^[0-9a-f]{16}$/u.test(id)) return undefined;
  const path = pathOf(places, id);
  let text: string;
  try {
    const { mode } = statSync(path);
    if (process.platform !== "win32" && (mode & 0o077) !== 0)
      throw unusable(`the key file ${path} can be read by others`, `chmod 600 ${path}`);
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unusable(`the key file ${path} cannot be read: ${reasonOf(cause)}`, undefined, cause);
  }
  const key = parseKeys(text, path).find((one) => one.id === id);
  if (key !== undefined) return key;
  throw unusable(`the key file ${path} does not hold the key that its name says`, "Put the right file back.");
}

function writeOwn(places: SecretKeyPlaces): SecretKey {
  const { folder, home } = places;
  const key = makeKey();
  const path = pathOf(places, key.id);
  const text = [
    `# The key of the Secrets of ${resolve(home)}, made by Millrace.`,
    "# Without it nobody can read them. Keep a copy of it, and not beside copies of that folder.",
    key.bytes.toString("base64"),
    "",
  ].join("\n");
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    refuseInside(folder, home);
    writeFileSync(`${path}.new`, text, { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause;
    throw unusable(
      `a key for Secrets cannot be written to ${folder}: ${reasonOf(cause)}`,
      `Name a file with a key by ${envHint}, or another folder by XDG_CONFIG_HOME.`,
      cause,
    );
  }
  return key;
}

/** Q3, by where things really lie. */
function refuseInside(path: string, home: string): void {
  const [inner, outer] = [realPath(path), realPath(home)];
  if (inner !== outer && !inner.startsWith(`${outer}${sep}`)) return;
  throw unusable(
    `the key of Secrets must not lie in the home (${path}): a copy of the home would carry it`,
    `Name a file elsewhere by ${envHint}.`,
  );
}

/** Of what is not there yet, where it would be. */
function realPath(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    // Not there, or not to be looked at; then its folder says where it is.
    const above = dirname(whole);
    return above === whole ? whole : join(realPath(above), basename(whole));
  }
}

function unusable(message: string, hint?: string, cause?: unknown): MillraceError {
  return new MillraceError("secrets/key-unusable", "denied", message, {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
