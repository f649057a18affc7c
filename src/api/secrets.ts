/** What presenters ask about Secrets. Values go out by `reveal` alone. */

/** A Secret that is stored, or that came with a document and is kept for its runs. */
export interface SecretRow {
  readonly name: string;
  /** By name. */
  readonly keys: readonly string[];
  /** Absent for one that only came with a document. */
  readonly version?: number;
  /** Epoch ms; absent for one that only came with a document. */
  readonly createdAt?: number;
}

/** What became of a change of keys. */
export interface KeyChange {
  /** Id of the key that everything is encrypted with now. */
  readonly key: string;
  /** How many Secrets were encrypted anew. */
  readonly count: number;
  /** Ids of the keys that they were encrypted with before. */
  readonly former: readonly string[];
}

export interface SecretHouse {
  /** By name. Needs no key. */
  list(): Promise<readonly SecretRow[]>;
  /** Values by key. MillraceError `definition/unknown`, or `secrets/…` when they cannot be opened. */
  reveal(name: string): Promise<Readonly<Record<string, string>>>;
  /** Takes it away, stored or kept. MillraceError `definition/unknown` when there is none. */
  remove(name: string): Promise<void>;
  /** Encrypts all Secrets of the home with another key: the first that was given, or a new one. */
  changeKey(): Promise<KeyChange>;
}
