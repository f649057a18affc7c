/**
 * Values of Secrets, apart from the history: plans and orders hold seals (model/run/sealed-secret.ts), and only this
 * store can open them. As on a cluster, a Secret is known by its name, and an attempt gets the value of the moment
 * at which it begins.
 *
 * S1. What was put is found, also by the next process that opens the store.
 * S2. Putting a Secret replaces all its keys.
 * S3. What was never put, or is taken away, is not found; that is no error of the store.
 * S4. A store that keeps values on a disk keeps them encrypted, with a key that lies elsewhere.
 * Errors: MillraceErrors `secrets/…`, or what the disk says. A Secret that cannot be opened is an error of whoever asks
 * for it, and of nobody else.
 */
export interface SecretStore {
  /** Whether anything is another one now. */
  put(name: string, texts: Readonly<Record<string, string>>): boolean;
  /** Throws what `put` would throw for want of a key. */
  checkKey(): void;
  find(name: string, key: string): string | undefined;
  /** Takes a Secret away with all its keys; nothing happens when there is none. */
  remove(name: string): void;
  /** By name; which keys a Secret has is no secret. */
  list(): readonly { readonly name: string; readonly keys: readonly string[] }[];
  /** Every value, for those who must not show any. */
  listValues(): readonly string[];
}
