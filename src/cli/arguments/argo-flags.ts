/**
 * Flags of the `argo` command that mean something on a cluster and nothing here.
 * They are accepted by every command with a word about it, so that scripts written for `argo` run as they are.
 * Flags that would send a document elsewhere (`--argo-server`, `--context`) are not among them: ignoring those would
 * do something else than what was asked.
 */
import type { FlagTable } from "./flag-table.ts";

export const argoFlags = {
  namespace: {
    kind: "text",
    short: "n",
    value: "NAME",
    help: "it is for the runs of all namespaces; see --home",
  },
  "all-namespaces": { kind: "switch", short: "A", help: "it is for the runs of all namespaces" },
  serviceaccount: { kind: "text", value: "NAME", help: "tasks run as you" },
  priority: { kind: "text", value: "N", help: "it is said when a run is submitted" },
  wait: { kind: "switch", help: "commands that run something wait for its end" },
  "query-chunk-size": { kind: "text", value: "N", help: "lists are read at once" },
  "chunk-size": { kind: "text", value: "N", help: "lists are read at once" },
  short: { kind: "switch", help: "the version is one line" },
  verbose: { kind: "switch", short: "v", help: "there is no log of the command itself" },
  loglevel: { kind: "text", value: "LEVEL", help: "there is no log of the command itself" },
  "log-format": { kind: "text", value: "FORMAT", help: "there is no log of the command itself" },
  instanceid: { kind: "text", value: "ID", help: "a home is what keeps runs apart; see --home" },
  "request-timeout": { kind: "text", value: "TIME", help: "nothing is asked over the network" },
  gloglevel: { kind: "text", value: "N", help: "there is no log of the command itself" },
} as const satisfies FlagTable;

/** Flags of argo that are refused, and what does their work here. */
const replaced: Readonly<Record<string, string>> = {
  "dry-run": "`millrace lint FILE` checks a document without running it.",
  "server-dry-run": "`millrace lint FILE` checks a document without running it.",
  "node-field-selector":
    "Such a selector goes with submit, get, watch, logs, resume, stop, retry and node set.",
  "argo-server": "Runs are on this machine; --home names the folder with them.",
  kubeconfig: "Runs are on this machine; --home names the folder with them.",
  context: "Runs are on this machine; --home names the folder with them.",
};

/** What to do instead of a flag that is known to people from elsewhere. */
export function findReplacement(flag: string): string | undefined {
  return Object.hasOwn(replaced, flag) ? replaced[flag] : undefined;
}

/** The command's own flags, and behind them those of argo whose names and letters are still free. */
export function addArgoFlags<F extends FlagTable>(own: F): F {
  const letters = new Set(Object.values(own).map(({ short }) => short));
  const free = Object.entries(argoFlags).flatMap(([name, spec]): [string, FlagTable[string]][] => {
    if (Object.hasOwn(own, name)) return [];
    const { short, ...rest } = { short: undefined, ...spec };
    return [[name, short === undefined || letters.has(short) ? rest : spec]];
  });
  return { ...own, ...Object.fromEntries(free) };
}

/** One line for each flag of argo that was given and means nothing to the command. */
export function noteArgoFlags(own: FlagTable, values: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(argoFlags)
    .filter(([name]) => !Object.hasOwn(own, name) && values[name] !== undefined)
    .map(([name, { help }]) => `note: --${name} has no effect here: ${help}`);
}
