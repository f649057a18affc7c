/**
 * Content addresses.
 * A digest names bytes or a tree by what they are, so equal content has equal digests everywhere.
 * The text carries the algorithm, so that another one can be added without a migration.
 */

/** `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = string & { readonly __brand: "Digest" };

const pattern = /^sha256:[0-9a-f]{64}$/;

/** True when the text has the form of a digest. */
export function isDigest(text: string): text is Digest {
  return pattern.test(text);
}

/** Where a digest's bytes lie below a store's root: `sha256/ab/cdef…`. */
export function digestPath(digest: Digest): string {
  const hex = digest.slice("sha256:".length);
  return `sha256/${hex.slice(0, 2)}/${hex.slice(2)}`;
}
