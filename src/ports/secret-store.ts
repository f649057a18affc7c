/**
 * Values of Secrets, apart from the history: plans and orders hold seals (model/run/sealed-secret.ts), and only this
 * store can open them. As on a cluster, a Secret is known by its name, and an attempt gets the value of the moment
 * at which it begins.
 *
 * S1. What was put is found, also by the next process that opens the store.
 * S2. Putting a Secret replaces all its keys.
 * S3. What was never put, or is taken away, is not found; that is no error of the store.
 * Errors: MillraceError `secrets/unreadable`, or what the disk says.
 */
export interface SecretStore {
  put(name: string, texts: Readonly<Record<string, string>>): void;
  find(name: string, key: string): string | undefined;
  /** Takes a Secret away with all its keys; nothing happens when there is none. */
  remove(name: string): void;
  /** Every value, for those who must not show any. */
  listValues(): readonly string[];
}
