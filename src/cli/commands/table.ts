/**
 * All commands: name, one line about each, and how to load it.
 * Loading is by dynamic import, so that starting one command costs nothing for the others.
 */
import type { Command, CommandEntry } from "../command.ts";
import { nouns, settingNouns } from "../definitions/definition-noun.ts";
import { syncWords } from "../definitions/sync-words.ts";
import type { SyncWord } from "../definitions/sync-words.ts";
import type { DefinitionNoun } from "../definitions/definition-noun.ts";

export const commandTable: readonly CommandEntry[] = [
  entry("run", "Run", "run a document here and now", () => import("./run.ts")),
  entry("lint", "Run", "check documents without running them", () => import("./lint.ts")),
  entry("convert", "Run", "write documents in their present form", () => import("./convert.ts")),
  entry(
    "resubmit",
    "Run",
    "run the document of an earlier run again, as a new run",
    () => import("./resubmit.ts"),
  ),
  entry("serve", "Run", "stay up and run what is submitted", () => import("./serve.ts")),
  entry("submit", "Run", "hand a document to `millrace serve`", () => import("./submit.ts")),
  entry("list", "Look", "list runs", () => import("./list.ts")),
  entry("get", "Look", "show a run and its tasks", () => import("./get.ts")),
  entry("logs", "Look", "print what the tasks of a run wrote", () => import("./logs.ts")),
  entry("cp", "Look", "copy artifacts of a run into a folder", () => import("./cp.ts")),
  entry("watch", "Look", "follow a run until it ends", () => import("./watch.ts")),
  entry("wait", "Look", "wait until runs have ended", () => import("./wait.ts")),
  entry("explain", "Look", "say why tasks stand as they do", () => import("./explain.ts")),
  entry(
    "metrics",
    "Look",
    "print the figures that documents and the engine count",
    () => import("./metrics.ts"),
  ),
  entry("payload list", "Look", "list payloads and how they stand", () => import("./payload-list.ts")),
  entry("payload get", "Look", "show a payload and its runs", () => import("./payload-get.ts")),
  entry("locks", "Look", "show who holds locks and who waits for them", () => import("./locks.ts")),
  entry(
    "locks limit",
    "Steer",
    "say how many may hold a semaphore at once",
    () => import("./locks-limit.ts"),
  ),
  ...(Object.keys(syncWords) as readonly SyncWord[]).map((word) =>
    entry(`sync ${word}`, "Steer", syncWords[word], async () => ({
      command: (await import("../definitions/define-sync.ts")).defineSync(word),
    })),
  ),
  entry("suspend", "Steer", "start nothing new in a run", () => import("./suspend.ts")),
  entry("resume", "Steer", "go on with a run, or end its waits", () => import("./resume.ts")),
  entry("stop", "Steer", "end a run early; its exit handlers still run", () => import("./stop.ts")),
  entry("terminate", "Steer", "end a run at once", () => import("./terminate.ts")),
  entry("retry", "Steer", "run again what failed in a finished run", () => import("./retry.ts")),
  entry("node set", "Steer", "give a waiting task its outputs, or end it", () => import("./node-set.ts")),
  entry("delete", "Steer", "delete runs", () => import("./delete.ts")),
  ...archiveEntries(),
  entry("apply", "Store", "store whatever definitions are in files", () => import("./apply.ts")),
  ...definitionEntries(nouns.template),
  ...definitionEntries(nouns["cluster-template"]),
  ...definitionEntries(nouns.cron),
  ...(["suspend", "resume"] as const).map((action) =>
    entry(
      `cron ${action}`,
      "Store",
      action === "suspend" ? "start no more runs by time" : "start runs by time again",
      async () => ({ command: (await import("../definitions/define-steer.ts")).defineSuspend(action) }),
    ),
  ),
  entry(
    "cron backfill",
    "Store",
    "run what a schedule would have started in a stretch of time",
    () => import("../definitions/backfill.ts"),
  ),
  ...definitionEntries(nouns["event-binding"]),
  ...settingEntries(),
  entry("doctor", "Other", "say what this machine can do", () => import("./doctor.ts")),
  entry("completion", "Other", "print a completion script for a shell", () => import("./completion.ts")),
  entry("version", "Other", "print the version", () => import("./version.ts")),
  entry("help", "Other", "explain a command", () => import("./help.ts")),
];

function entry(
  name: string,
  group: CommandEntry["group"],
  summary: string,
  load: () => Promise<{ readonly command: Command }>,
): CommandEntry {
  return { name, group, summary, load: async () => (await load()).command };
}

/** ConfigMaps are looked at like every stored definition; of Secrets nothing may be shown by accident. */
function settingEntries(): readonly CommandEntry[] {
  const making = (["configmap", "secret"] as const).flatMap((word) =>
    (["create", "apply"] as const).map((mode) =>
      entry(
        `${word} ${mode}`,
        "Store",
        mode === "create"
          ? `store ${settingNouns[word].one}`
          : `store ${settingNouns[word].one}, or replace it`,
        async () => ({
          command: (await import("../definitions/define-settings.ts")).defineSettings(word, mode),
        }),
      ),
    ),
  );
  const load = () => import("../definitions/secret-commands.ts");
  return [
    ...making.filter(({ name }) => name.startsWith("configmap")),
    ...lookEntries(settingNouns.configmap),
    ...making.filter(({ name }) => name.startsWith("secret")),
    entry("secret list", "Store", "list Secrets and their keys", async () => ({
      command: (await load()).secretList,
    })),
    entry("secret get", "Store", "show a Secret, with its values only when asked for", async () => ({
      command: (await load()).secretGet,
    })),
    entry("secret delete", "Store", "delete Secrets", async () => ({ command: (await load()).secretDelete })),
    entry("secret change-key", "Store", "encrypt all Secrets with another key", async () => ({
      command: (await load()).secretChangeKey,
    })),
  ];
}

/** Argo's words for runs that have ended. */
function archiveEntries(): readonly CommandEntry[] {
  const words = {
    list: "list runs that have ended",
    get: "show a run that has ended",
    delete: "delete runs that have ended",
    retry: "run again what failed in a run that has ended",
    resubmit: "run the document of a run that has ended again",
    "list-label-keys": "list the names of labels of runs that have ended",
    "list-label-values": "list the values of a label of runs that have ended",
  } as const;
  return (Object.keys(words) as readonly (keyof typeof words)[]).map((word) =>
    entry(`archive ${word}`, "Look", words[word], async () => ({
      command: (await import("../archive/define-archive.ts")).defineArchive(word, words[word]),
    })),
  );
}

/** The commands that every kind of stored definition has. */
function definitionEntries(noun: DefinitionNoun): readonly CommandEntry[] {
  const { word, many } = noun;
  const storing = (["create", "apply", "update"] as const).map((mode) =>
    entry(`${word} ${mode}`, "Store", mode === "update" ? `replace ${many}` : `store ${many}`, async () => ({
      command: (await import("../definitions/define-store.ts")).defineStore(noun, mode),
    })),
  );
  return [
    ...storing,
    ...lookEntries(noun),
    entry(`${word} lint`, "Store", `check ${many} before they are stored`, async () => ({
      command: (await import("../definitions/define-steer.ts")).defineLint(noun),
    })),
  ];
}

function lookEntries(noun: DefinitionNoun): readonly CommandEntry[] {
  const { word, many } = noun;
  return [
    entry(`${word} list`, "Store", `list ${many}`, async () => ({
      command: (await import("../definitions/define-look.ts")).defineList(noun),
    })),
    entry(`${word} get`, "Store", `show ${many}`, async () => ({
      command: (await import("../definitions/define-look.ts")).defineGet(noun),
    })),
    entry(`${word} delete`, "Store", `delete ${many}`, async () => ({
      command: (await import("../definitions/define-steer.ts")).defineDelete(noun),
    })),
  ];
}
