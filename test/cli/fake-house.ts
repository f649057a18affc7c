/** A house and an engine that do what a test says and remember what they were asked. */
import type {
  DoctorFinding,
  Engine,
  EngineOptions,
  Explanation,
  House,
  LockRow,
  LogFile,
  PayloadRow,
  RunCommand,
  RunPicture,
  Server,
  SubmitAnswer,
  SubmitRequest,
} from "../../src/api/house.ts";
import type { DefinitionHouse, DefinitionPicture, StoreAnswer } from "../../src/api/definitions.ts";
import type { Diagnostic } from "../../src/base/diagnostic.ts";
import { MillraceError } from "../../src/base/errors.ts";
import type { DefinitionKey } from "../../src/model/run/definition.ts";
import type { RunEvent } from "../../src/model/run/events.ts";

export interface FakeEngine extends Engine {
  readonly calls: string[];
  /** Resolves when the run is being watched. */
  readonly watched: Promise<void>;
  /** The run changes: whoever watches is told. */
  emit(picture: RunPicture, events: readonly RunEvent[]): void;
  settle(how: "ended" | "suspended"): void;
  fail(error: Error): void;
  running: number;
  /** Names of runs that have expired. */
  expired: readonly string[];
  /** Callbacks that the run owes. */
  debts: number;
  /** Names of other runs that owe some. */
  indebted: readonly string[];
  /** All callbacks are delivered. */
  deliver(): void;
}

export function createEngine(first: RunPicture, answer?: SubmitAnswer): FakeEngine {
  const calls: string[] = [];
  const listeners = new Set<(picture: RunPicture, events: readonly RunEvent[]) => void>();
  let latest = first;
  let settle = (_how: "ended" | "suspended"): void => undefined;
  let fail = (_error: Error): void => undefined;
  const settled = new Promise<"ended" | "suspended">((...both) => ([settle, fail] = both));
  settled.catch(() => undefined);
  let deliver = (): void => undefined;
  const delivered = new Promise<void>((resolve) => (deliver = resolve));
  let tellWatched = (): void => undefined;
  const watched = new Promise<void>((resolve) => (tellWatched = resolve));
  const engine: FakeEngine = {
    calls,
    watched,
    running: 0,
    expired: [],
    submit: (request: SubmitRequest) => {
      calls.push(`submit ${JSON.stringify(request.submission)}${request.force === true ? " force" : ""}`);
      return Promise.resolve(
        answer ?? { ok: true, name: first.row.name, runId: first.row.runId, warnings: [] },
      );
    },
    adopt: (name) => {
      calls.push(`adopt ${name ?? "*"}`);
      return Promise.resolve([first.row.name]);
    },
    picture: () => latest,
    expire: (_, keep) =>
      Promise.resolve({ deleted: engine.expired.filter((name) => !keep.includes(name)), nextAt: undefined }),
    estimate: () => Promise.resolve(),
    metrics: () => Promise.resolve(""),
    watch: (_name, listener) => {
      listeners.add(listener);
      tellWatched();
      return () => listeners.delete(listener);
    },
    command: (name, command) => {
      calls.push(`command ${name} ${JSON.stringify(command)}`);
      return Promise.resolve();
    },
    send: () => undefined,
    settled: () => settled,
    startedBy: () => [],
    debts: 0,
    indebted: [],
    deliver: () => deliver(),
    owes: () => engine.debts,
    calledBack: (name, how) => {
      calls.push(`called back ${name}${how?.once === true ? " once" : ""}`);
      return engine.debts === 0 && engine.indebted.length === 0 ? Promise.resolve() : delivered;
    },
    adoptOwing: () => Promise.resolve(engine.indebted),
    runningCount: () => engine.running,
    executorName: () => "fake",
    close: ({ leaveRunning }) => {
      calls.push(`close ${leaveRunning ? "leaving" : "ending"}`);
      return Promise.resolve();
    },
    emit: (picture, events) => {
      latest = picture;
      for (const listener of listeners) listener(picture, events);
    },
    settle: (how) => settle(how),
    fail: (error) => fail(error),
  };
  return engine;
}

export interface FakeHouse extends House {
  readonly calls: string[];
  /** Sources of definitions that were to be stored. */
  readonly sources: string[];
  /** The history changes. */
  change(pictures?: readonly RunPicture[]): void;
}

export interface HouseOptions {
  readonly pictures?: readonly RunPicture[];
  readonly engine?: FakeEngine;
  readonly driven?: boolean;
  readonly diagnostics?: (source: string, file: string) => readonly Diagnostic[];
  readonly logs?: readonly LogFile[] | (() => readonly LogFile[]);
  readonly explanations?: readonly Explanation[];
  /** How many more tasks there would be to explain. */
  readonly unexplained?: number;
  /** Stored limits of locks. */
  readonly limits?: Readonly<Record<string, number>>;
  readonly locks?: readonly LockRow[];
  readonly payloads?: readonly PayloadRow[];
  readonly findings?: readonly DoctorFinding[];
  /** What `serve` opens. */
  readonly server?: Server;
  /** Another process serves the home, and answers so. */
  readonly served?: SubmitAnswer;
  readonly definitions?: readonly DefinitionPicture[];
  readonly stored?: StoreAnswer;
  /** Values by key by name. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly refuse?: (name: string, command: RunCommand) => Error | undefined;
}

function createFakeDefinitions(calls: string[], sources: string[], options: HouseOptions): DefinitionHouse {
  const definitions = options.definitions ?? [];
  const get = async (key: DefinitionKey, version?: number): Promise<DefinitionPicture> => {
    const found = definitions.find(
      (one) =>
        one.kind === key.kind && one.name === key.name && (version === undefined || one.version === version),
    );
    if (found !== undefined) return found;
    throw new MillraceError("definition/unknown", "not-found", `there is no ${key.kind} '${key.name}'`);
  };
  return {
    store: async ({ source, ...request }) => {
      calls.push(`store ${JSON.stringify(request)} ${source.length} characters`);
      sources.push(source);
      return options.stored ?? { ok: true, stored: [], leftAlone: [], warnings: [] };
    },
    list: async (kind) => definitions.filter((one) => one.kind === kind),
    get,
    remove: async ({ kind, name }) => void calls.push(`remove ${kind} ${name}`),
    suspend: async (name, suspended) => void calls.push(`suspend ${name} ${suspended}`),
    planBackfill: async (name, wishes) => {
      calls.push(`backfill ${name} ${JSON.stringify(wishes)}`);
      await get({ kind: "CronWorkflow", name });
      const names = ["first", "second"];
      const requests = names.map((one) => ({
        source: "",
        file: name,
        submission: { parameters: {}, name: one },
      }));
      return { name: wishes.name ?? "made-up", requests };
    },
    readDocument: async (key) => {
      const { version } = await get(key);
      return { source: `run of ${key.name}`, file: `${key.kind}/${key.name}@${version}` };
    },
  };
}

function createFakeSecrets(calls: string[], secrets: NonNullable<HouseOptions["secrets"]>): House["secrets"] {
  return {
    list: async () => Object.entries(secrets).map(([name, texts]) => ({ name, keys: Object.keys(texts) })),
    reveal: async (name) => {
      const found = secrets[name];
      if (found !== undefined) return found;
      throw new MillraceError("definition/unknown", "not-found", `there is no Secret '${name}'`);
    },
    remove: async (name) => void calls.push(`remove Secret ${name}`),
    changeKey: async () => ({ key: "new", count: Object.keys(secrets).length, former: ["old"] }),
  };
}

export function createFakeHouse(options: HouseOptions = {}): FakeHouse {
  const calls: string[] = [];
  const sources: string[] = [];
  let pictures = options.pictures ?? [];
  let tellChange = (): void => undefined;
  // A change that nobody has looked at yet is news to whoever asks next.
  let isNews = false;
  const find = (name: string): RunPicture => {
    const found = name === "@latest" ? pictures.at(-1) : pictures.find(({ row }) => row.name === name);
    if (found === undefined)
      throw new MillraceError("run/unknown", "not-found", `there is no run '${name}' in this home`);
    return found;
  };
  return {
    calls,
    sources,
    home: "/home/of/runs",
    recognizes: (source) => !source.startsWith("data:"),
    listWorkflows: (source) => [...source.matchAll(/^kind: Workflow$/gmu)].map((_found, index) => index),
    convert: (source, file) => [{ file, length: source.length }],
    pickKinds: (source, _file, kinds) =>
      kinds.some((kind) => source.startsWith(`kind: ${kind}`)) ? `${source}# picked\n` : undefined,
    lint: async (source, file, given) => {
      calls.push(
        `lint ${file} strict=${given.strict} with=${given.definitions.map((other) => other.file).join(",")}`,
      );
      return options.diagnostics?.(source, file) ?? [];
    },
    definitions: createFakeDefinitions(calls, sources, options),
    secrets: createFakeSecrets(calls, options.secrets ?? {}),
    list: () => Promise.resolve(pictures.map(({ row }) => row)),
    find: async (name) => find(name).row,
    get: async (name) => {
      isNews = false;
      return find(name);
    },
    logFiles: (_picture, select) => {
      const files = typeof options.logs === "function" ? options.logs() : (options.logs ?? []);
      return files.filter(
        (file) =>
          select === undefined ||
          (typeof select === "number"
            ? file.task === select
            : select === file.taskName || select.endsWith(`.${file.taskName}`)),
      );
    },
    explain: (picture, select) => {
      calls.push(`explain ${picture.row.name} ${select ?? "*"}`);
      return { tasks: options.explanations ?? [], more: options.unexplained ?? 0 };
    },
    payloads: () => Promise.resolve(options.payloads ?? []),
    payload: async (name) => {
      const found = options.payloads?.find(({ key, id }) => key === name || id === name);
      if (found === undefined)
        throw new MillraceError("payload/unknown", "not-found", `no payload '${name}'`);
      return { ...found, value: { id: found.id }, runs: [found.run] };
    },
    locks: () => Promise.resolve(options.locks ?? []),
    lockLimits: async () => new Map(Object.entries(options.limits ?? {})),
    setLockLimit: (key, limit) => {
      calls.push(`limit ${key} ${limit ?? "none"}`);
      return Promise.resolve();
    },
    artifactPath: (_picture, artifact) =>
      JSON.stringify(artifact).includes("ledger") ? "/home/of/runs/outputs/ledger.md" : undefined,
    exportArtifact: async (_artifact, target) => void calls.push(`export ${target}`),
    remove: (name) => {
      calls.push(`remove ${name}`);
      return Promise.resolve();
    },
    command: async (name, command) => {
      const refusal = options.refuse?.(name, command);
      if (refusal !== undefined) throw refusal;
      calls.push(`command ${name} ${JSON.stringify(command)}`);
      if (command.kind === "terminate")
        pictures = pictures.map((one) =>
          one.row.name === name ? { ...one, row: { ...one.row, endedAt: one.row.createdAt } } : one,
        );
      return { appliedBy: options.driven === true ? "running-engine" : "this-process" };
    },
    isDriven: () => Promise.resolve(options.driven ?? false),
    openEngine: async (given: EngineOptions) => {
      calls.push(`openEngine ${JSON.stringify(given)}`);
      if (options.engine === undefined)
        throw new MillraceError("store/locked", "conflict", "the history is being written by process 7");
      return options.engine;
    },
    serve: async ({ executor, parallel, runLimits, network }) => {
      const lists = Object.values(network ?? {}).some((list) => (list ?? []).length > 0)
        ? network
        : undefined;
      const more = { ...runLimits, ...lists };
      const limits = Object.keys(more).length === 0 ? "" : ` ${JSON.stringify(more)}`;
      calls.push(`serve ${executor} ${parallel ?? "-"}${limits}`);
      if (options.server === undefined)
        throw new MillraceError("store/locked", "conflict", "the history is being written by process 7");
      return options.server;
    },
    isServed: async () => options.served !== undefined,
    handOver: async ({ file, submission, force }) => {
      calls.push(`handOver ${file} ${JSON.stringify(submission)}${force === true ? " force" : ""}`);
      if (options.served === undefined)
        throw new MillraceError("home/not-served", "unavailable", "no process serves /home/of/runs");
      return options.served;
    },
    rehearse: async ({ source, submission }) => {
      calls.push(`rehearse ${JSON.stringify(submission)}`);
      if (options.served?.ok === false) return options.served;
      const document = { kind: "Workflow", metadata: { generateName: "orders-" }, spec: { source } };
      return { ok: true, name: "orders-x", runId: "id-of-orders", warnings: [], document };
    },
    doctor: () => Promise.resolve(options.findings ?? []),
    metrics: () => Promise.resolve("# HELP a b\n# TYPE a gauge\na 1\n"),
    changed: () => new Promise((resolve) => (isNews ? resolve() : (tellChange = resolve))),
    change: (next) => {
      pictures = next ?? pictures;
      isNews = true;
      tellChange();
    },
  };
}
