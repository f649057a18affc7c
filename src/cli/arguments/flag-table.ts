/** How a command declares its flags. One table serves parsing, help, shell completion and the documentation. */

interface FlagBase {
  /** One letter. */
  readonly short?: string;
  /** Other long names with the same meaning. */
  readonly aliases?: readonly string[];
  readonly help: string;
}

/** On, off (`--no-NAME`), or not given. */
export interface SwitchFlag extends FlagBase {
  readonly kind: "switch";
}

export interface ValueFlag extends FlagBase {
  /** `duration` reads `90s`, `10m`, `2h30m`, `7d` into ms; `list` may be given several times. */
  readonly kind: "text" | "list" | "number" | "duration";
  /** Placeholder in help. */
  readonly value: string;
  /** The least that a `number` may be; 0 when it is absent. */
  readonly atLeast?: number;
  /** The most that it may be; what can be said exactly when it is absent. */
  readonly atMost?: number;
}

export interface ChoiceFlag extends FlagBase {
  readonly kind: "choice";
  readonly choices: readonly string[];
}

export type FlagSpec = SwitchFlag | ValueFlag | ChoiceFlag;
/** By long name, without the dashes. */
export type FlagTable = { readonly [name: string]: FlagSpec };

type FlagValue<S extends FlagSpec> = S extends { readonly kind: "switch" }
  ? boolean | undefined
  : S extends { readonly kind: "list" }
    ? readonly string[]
    : S extends { readonly kind: "number" | "duration" }
      ? number | undefined
      : S extends { readonly kind: "choice"; readonly choices: readonly (infer C)[] }
        ? C | undefined
        : string | undefined;

/** What a command gets for its table. */
export type FlagValues<F extends FlagTable> = { readonly [K in keyof F]: FlagValue<F[K]> };

/** Flags that every command understands. */
export const globalFlags = {
  home: { kind: "text", value: "DIR", help: "folder with history, artifacts and logs (also: MILLRACE_HOME)" },
  color: { kind: "switch", help: "colours; --no-color or NO_COLOR=1 turns them off" },
  utf8: { kind: "switch", help: "symbols beyond ASCII; --no-utf8 turns them off" },
  help: { kind: "switch", short: "h", help: "show what the command does, its flags and an example" },
} as const satisfies FlagTable;
