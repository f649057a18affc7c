/** What set-up or the build could compile for this system: native/slot.c and native/addon.c. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { realpathSync } from "node:fs";
import { lazily } from "../base/lazily.ts";
import type { SlotAddon } from "../executors/slots/native-start.ts";

/** Of what follows, as native/addon.c has it. */
const addonVersion = 3;

export interface NativeAddon extends SlotAddon {
  /** Sets flags of V8 (`--name=value`, with spaces between them); false where this Node has no way to. */
  setFlags(flags: string): boolean;
  /** The bytes of a file as characters of Latin-1, which stay outside of V8's heap; undefined when it cannot be read. */
  mapText(file: string): string | undefined;
  /** The bytes of a file, to be read at once and never written to; undefined when it cannot be mapped. */
  mapFile(file: string): Buffer | undefined;
  /** How many processors this process may use, as `availableParallelism` of node:os, which would have to be loaded. */
  countProcessors(): number;
  /** The checksum of `bytes`; `before` is that of what comes before them. */
  readonly crc32: (bytes: Uint8Array, before: number) => number;
  /** Ends the process at once: no listener is called, and Node tidies nothing up. */
  leave(code: number): never;
}

/** Where the file lies that is made of a source in `native/`; it need not be there. */
export function nativePath(name: string, ending = ""): string {
  return join(findProjectFolder(), "dist", `${name}-${process.platform}-${process.arch}${ending}`);
}

/** Undefined where there is none, or none that this Node can load (one that was made for another system). */
export const findNativeAddon: () => NativeAddon | undefined = lazily(() => {
  // The launcher has loaded it (bin/millrace.cjs).
  const given: unknown = Reflect.get(globalThis, Symbol.for("millrace.addon"));
  if (given !== undefined) return given as NativeAddon;
  const loaded: { exports: { readonly version?: number } } = { exports: {} };
  try {
    process.dlopen(loaded, nativePath("addon", ".node"));
  } catch {
    // Nothing is missing without it but speed.
    return undefined;
  }
  // One of an earlier state of the project stays until set-up is run again.
  return loaded.exports.version === addonVersion ? (loaded.exports as NativeAddon) : undefined;
});

/** The bundle does not know where it is; the launcher that started it does. */
function findProjectFolder(): string {
  const here: string | undefined = import.meta.url;
  if (here !== undefined) return fileURLToPath(new URL("../..", here));
  return dirname(dirname(realpathSync(process.argv[1] ?? process.execPath)));
}
