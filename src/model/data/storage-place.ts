/**
 * A place in storage that is not Millrace's own: a bucket, a repository of git, a web server.
 * Which driver reaches it is a name; what else that driver has to know stands in `settings`, so that a new driver changes
 * nothing here. Secret values are seals (model/run/sealed-secret.ts) until the moment of use.
 */
import type { JsonObject } from "../../base/json.ts";

/** The driver's name for the keys of this machine's own repository of named artifacts. */
export const localDriver = "local";

export interface StoragePlace {
  /** Name of the driver: `s3`, `http`, `git` and so on. */
  readonly driver: string;
  /** What people call the place: an object's key, an address, a path. `settings` say what it is relative to. */
  readonly key: string;
  /** What the driver of that name understands; its own folder says what that is. */
  readonly settings: JsonObject;
}
