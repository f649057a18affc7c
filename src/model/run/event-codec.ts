/**
 * Events as text: what a history keeps of a run.
 * A batch is one JSON array, `[version, row, row, ...]`, and stands for itself: it can be read without the batches
 * before it. A row is `[code, time, ...fields]`, with the fields in the order of `forms`.
 *
 * K1. decodeEvents(encodeEvents(events)) equals events.
 * K2. Codes and the order of fields are for ever; a new kind gets the next code, a new field goes to the end.
 * K3. The time of a row is its distance from the row before it, other times are distances from the row's own;
 *     a time that is no whole number is kept as text.
 * K4. An absent field is null, and nothing at the end of a row.
 */
import { MillraceError } from "../../base/errors.ts";
import type { RunEvent, RunEventKind } from "./events.ts";
import type { AttemptFacts } from "./values.ts";

/** First element of every batch. */
const eventCodecVersion = 1;

type EventOf<K extends RunEventKind> = Extract<RunEvent, { kind: K }>;
type FieldOf<K extends RunEventKind> = Exclude<keyof EventOf<K>, "kind" | "at">;

/** How a field is written. `facts` are written as a list that leaves out executor, host and user when they repeat. */
type FieldForm<T> = [T] extends [number | undefined]
  ? "number" | "time"
  : [T] extends [boolean | undefined]
    ? "flag"
    : [T] extends [AttemptFacts | undefined]
      ? "facts"
      : "json";

type Form<K extends RunEventKind> = { readonly [F in FieldOf<K>]-?: FieldForm<EventOf<K>[F]> };

/** By kind: its code, and its fields in the order in which they are written; made when one is first written or read. */
const forms: { readonly [K in RunEventKind]: readonly [code: number, fields: () => Form<K>] } = {
  "run.created": [0, () => ({ suspended: "flag" })],
  "run.started": [
    1,
    () => ({ values: "json", labels: "json", deadlineAt: "time", attemptsAtMost: "number" }),
  ],
  "run.suspended": [2, () => ({})],
  "run.resumed": [3, () => ({})],
  "run.stopping": [4, () => ({ hooks: "flag", reason: "json" })],
  "run.ended": [5, () => ({ phase: "number", reason: "json" })],
  "run.retried": [6, () => ({ reset: "json", reopened: "json", values: "json" })],
  "task.expanded": [7, () => ({ task: "number", count: "number", items: "json" })],
  "task.skipped": [8, () => ({ task: "number", reason: "json" })],
  "task.omitted": [9, () => ({ task: "number", reason: "json" })],
  "task.queued": [
    10,
    () => ({
      task: "number",
      process: "number",
      inputs: "json",
      deadlineAt: "time",
      startBy: "time",
      locks: "json",
    }),
  ],
  "task.opened": [
    11,
    () => ({
      task: "number",
      process: "number",
      retried: "flag",
      inputs: "json",
      limit: "number",
      targets: "json",
      until: "time",
    }),
  ],
  "task.retried": [12, () => ({ task: "number", notBefore: "time", reason: "json" })],
  "task.halted": [13, () => ({ task: "number" })],
  "task.settled": [
    14,
    () => ({
      task: "number",
      phase: "number",
      process: "number",
      inputs: "json",
      outputs: "json",
      reason: "json",
      published: "json",
      exitCode: "number",
    }),
  ],
  "task.supplied": [15, () => ({ task: "number", values: "json", message: "json" })],
  "task.closed": [16, () => ({ task: "number" })],
  "attempt.started": [17, () => ({ task: "number", process: "number", inputs: "json" })],
  "attempt.ended": [
    18,
    () => ({
      task: "number",
      phase: "number",
      exitCode: "number",
      facts: "facts",
      outputs: "json",
      reason: "json",
      published: "json",
    }),
  ],
  "hook.started": [19, () => ({ owner: "number", hook: "number" })],
  "run.queued": [40, () => ({ reason: "json", locks: "json" })],
  "run.admitted": [41, () => ({})],
  "task.looked": [42, () => ({ task: "number", cache: "json", key: "json", ageAtMostMs: "number" })],
  "task.missed": [43, () => ({ task: "number" })],
  "attempt.ready": [20, () => ({ task: "number" })],
  "task.dismissed": [21, () => ({ task: "number" })],
  "attempt.lapsed": [22, () => ({ task: "number" })],
  "callback.owed": [50, () => ({ callback: "number", order: "json" })],
  "callback.retried": [51, () => ({ number: "number", notBefore: "time", message: "json" })],
  "callback.settled": [52, () => ({ number: "number", delivered: "flag", message: "json" })],
};

interface Layout {
  readonly kind: RunEventKind;
  readonly code: number;
  readonly names: readonly string[];
  readonly forms: readonly string[];
}

const layouts = new Map<string, Layout>();
const layoutByCode: Layout[] = [];

function makeLayout(kind: RunEventKind): Layout {
  const [code, makeFields] = forms[kind];
  const fields: Readonly<Record<string, string>> = makeFields();
  const layout = { kind, code, names: Object.keys(fields), forms: Object.values(fields) };
  layouts.set(kind, layout);
  return (layoutByCode[code] = layout);
}

function findLayout(kind: RunEventKind): Layout | undefined {
  return layouts.get(kind) ?? (Object.hasOwn(forms, kind) ? makeLayout(kind) : undefined);
}

function findLayoutByCode(code: unknown): Layout | undefined {
  if (typeof code !== "number") return undefined;
  const known = layoutByCode[code];
  if (known !== undefined) return known;
  const kinds = Object.keys(forms) as RunEventKind[];
  const kind = kinds.find((each) => forms[each][0] === code);
  return kind === undefined ? undefined : makeLayout(kind);
}

/** What a batch remembers from row to row. */
interface Memory {
  at: number;
  facts: AttemptFacts | undefined;
}

/** Writes events, oldest first, as one batch. */
export function encodeEvents(events: readonly RunEvent[]): string {
  const memory: Memory = { at: 0, facts: undefined };
  const batch: unknown[] = [eventCodecVersion];
  for (const event of events) batch.push(encodeEvent(event, memory));
  return JSON.stringify(batch);
}

function encodeEvent(event: RunEvent, memory: Memory): readonly unknown[] {
  const layout = findLayout(event.kind);
  if (layout === undefined)
    throw new MillraceError("history/unknown-event", "invalid", `no code for events of kind '${event.kind}'`);
  const { names, forms } = layout;
  const { at } = event;
  const record = event as unknown as Readonly<Record<string, unknown>>;
  const row: unknown[] = [layout.code, encodeTime(at, memory.at)];
  let absent = 0;
  for (let index = 0; index < names.length; index += 1) {
    const value = record[names[index] as string];
    if (value === undefined) absent += 1;
    else {
      for (; absent > 0; absent -= 1) row.push(null);
      row.push(encodeField(value, forms[index] as string, at, memory));
    }
  }
  if (isKept(at, memory.at)) memory.at = at;
  return row;
}

function encodeField(value: unknown, form: string, at: number, memory: Memory): unknown {
  switch (form) {
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "time":
      return encodeTime(value as number, at);
    case "flag":
      return value === true ? 1 : 0;
    case "facts":
      return encodeFacts(value as AttemptFacts, memory);
    default:
      return value;
  }
}

/** Whether the distance between two times gives back the later one exactly. */
function isKept(at: number, from: number): boolean {
  return Number.isSafeInteger(at) && Number.isSafeInteger(at - from);
}

function encodeTime(at: number, from: number): number | string {
  return isKept(at, from) ? at - from : String(at);
}

function encodeFacts(facts: AttemptFacts, memory: Memory): readonly unknown[] {
  const { usage, executor, host, user } = facts;
  const before = memory.facts;
  memory.facts = facts;
  const numbers = [usage.cpuUserMs ?? null, usage.cpuSystemMs ?? null, usage.peakMemoryBytes ?? null];
  const isSame =
    before !== undefined && before.executor === executor && before.host === host && before.user === user;
  return isSame ? numbers : [...numbers, executor, host, user];
}

/**
 * Reads a batch back, oldest event first.
 * Throws MillraceError `history/unreadable-events` for a text that is no batch, `history/unknown-version` and
 * `history/unknown-event` for one that a later version wrote; all of category `invalid`.
 */
export function decodeEvents(text: string): RunEvent[] {
  const batch = parseBatch(text);
  if (batch[0] !== eventCodecVersion) {
    const found = JSON.stringify(batch[0]);
    throw new MillraceError(
      "history/unknown-version",
      "invalid",
      `events of version ${found} are newer than this program`,
      {
        hint: "Use the version of Millrace that wrote this history, or a later one.",
      },
    );
  }
  const memory: Memory = { at: 0, facts: undefined };
  const events: RunEvent[] = [];
  for (let index = 1; index < batch.length; index += 1) events.push(decodeEvent(batch[index], memory));
  return events;
}

function parseBatch(text: string): readonly unknown[] {
  let batch: unknown;
  try {
    batch = JSON.parse(text);
  } catch (cause) {
    throw new MillraceError("history/unreadable-events", "invalid", "a batch of events is not JSON", {
      cause,
    });
  }
  if (!Array.isArray(batch))
    throw new MillraceError("history/unreadable-events", "invalid", "a batch of events is not a list");
  return batch;
}

function decodeEvent(row: unknown, memory: Memory): RunEvent {
  if (!Array.isArray(row) || row.length < 2) {
    throw new MillraceError(
      "history/unreadable-events",
      "invalid",
      `an event is not a row: ${JSON.stringify(row).slice(0, 80)}`,
    );
  }
  const fields: readonly unknown[] = row;
  const layout = findLayoutByCode(fields[0]);
  if (layout === undefined || fields.length > layout.names.length + 2) throw describeUnknown(fields, layout);
  const at = decodeTime(fields[1], memory.at);
  const event: Record<string, unknown> = { kind: layout.kind, at };
  for (let index = 2; index < fields.length; index += 1) {
    const value = fields[index];
    if (value === null) continue;
    event[layout.names[index - 2] as string] = decodeField(
      value,
      layout.forms[index - 2] as string,
      at,
      memory,
    );
  }
  if (typeof fields[1] === "number") memory.at = at;
  return event as unknown as RunEvent;
}

function describeUnknown(fields: readonly unknown[], layout: Layout | undefined): MillraceError {
  const what =
    layout === undefined
      ? `code ${JSON.stringify(fields[0])}`
      : `kind '${layout.kind}' with ${fields.length - 2} fields`;
  return new MillraceError(
    "history/unknown-event",
    "invalid",
    `this program does not know events of ${what}`,
    {
      hint: "Use the version of Millrace that wrote this history, or a later one.",
    },
  );
}

function decodeField(value: unknown, form: string, at: number, memory: Memory): unknown {
  switch (form) {
    case "number":
      return typeof value === "number" ? value : Number(value);
    case "time":
      return decodeTime(value, at);
    case "flag":
      return value === 1;
    case "facts":
      return decodeFacts(value as readonly unknown[], memory);
    default:
      return value;
  }
}

function decodeTime(value: unknown, from: number): number {
  return typeof value === "number" ? from + value : Number(value);
}

function decodeFacts(list: readonly unknown[], memory: Memory): AttemptFacts {
  const [cpuUserMs, cpuSystemMs, peakMemoryBytes, executor, host, user] = list;
  const usage: Record<string, unknown> = {};
  if (cpuUserMs !== null) usage["cpuUserMs"] = cpuUserMs;
  if (cpuSystemMs !== null) usage["cpuSystemMs"] = cpuSystemMs;
  if (peakMemoryBytes !== null) usage["peakMemoryBytes"] = peakMemoryBytes;
  const who = list.length > 3 ? { executor, host, user } : memory.facts;
  const facts = {
    usage,
    executor: who?.executor,
    host: who?.host,
    user: who?.user,
  } as unknown as AttemptFacts;
  memory.facts = facts;
  return facts;
}
