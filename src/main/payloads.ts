/**
 * Payloads and their states, as a view of the runs that were about them; nothing else is kept.
 *
 * P1. Of one payload at most one run is under way: who submits it again joins that run.
 * P2. A run that ended well answers later submissions, unless they are forced. After any other end it runs again.
 */
import type { PayloadPicture, PayloadRow, RunRow, SubmitAnswer } from "../api/house.ts";
import { MillraceError } from "../base/errors.ts";
import { phases } from "../model/run/phase.ts";
import { finishedRunPhases } from "../ports/history-store.ts";
import type { HistoryReader, RunSummary } from "../ports/history-store.ts";
import { decodeRunRecord } from "../runtime/recover/run-record.ts";
import type { Desk, Driven } from "./desk.ts";
import { parsePayload } from "./payload-identity.ts";
import { toRow } from "./pictures.ts";

type Joined = Extract<SubmitAnswer, { ok: true }>;

/** The run that stands for a payload that is submitted again; undefined when a new one has to begin. */
export async function findJoined(
  desk: Pick<Desk, "driven" | "history">,
  key: string,
  force: boolean,
): Promise<Joined | undefined> {
  const driven = [...desk.driven.values()].filter((one) => payloadKeyOf(one) === key);
  const underWay = driven.find(({ run }) => run.state.ended === undefined && run.quarantined === undefined);
  if (underWay !== undefined) return join(underWay.run, "under-way");
  const isDriven = (runId: string): boolean => driven.some(({ run }) => run.runId === runId);
  const rows = await desk.history.listRuns({ payload: { key } });
  const left = rows.find((row) => !hasEnded(row) && !isDriven(row.runId));
  if (left !== undefined) return join(left, "under-way");
  if (force) return undefined;
  const succeeded = phases.succeeded;
  const [last] = rows;
  const live = driven.find(({ run }) => run.runId === last?.runId)?.run;
  const isGood = live === undefined ? last?.phase === "succeeded" : live.state.ended === succeeded;
  return isGood && last !== undefined ? join(last, "succeeded") : undefined;
}

function join(run: { readonly name: string; readonly runId: string }, joined: Joined["joined"]): Joined {
  const { name, runId } = run;
  return { ok: true, name, runId, warnings: [], ...(joined === undefined ? {} : { joined }) };
}

function payloadKeyOf({ record }: Driven): string | undefined {
  const payload = record.submission.facts["payload"] as { readonly key?: string } | undefined;
  return payload?.key;
}

function hasEnded({ phase }: RunSummary): boolean {
  return finishedRunPhases.some((one) => one === phase);
}

/** Payloads with their states, the one with the newest run first. */
export async function listPayloads(reader: HistoryReader): Promise<readonly PayloadRow[]> {
  const byKey = new Map<string, RunRow[]>();
  for (const summary of await reader.listRuns({ payload: {} })) {
    const row = toRow(summary);
    if (row.payload === undefined) continue;
    const rows = byKey.get(row.payload.key) ?? [];
    byKey.set(row.payload.key, rows);
    rows.push(row);
  }
  return [...byKey.values()].flatMap((runs) => {
    const [run] = runs;
    return run?.payload === undefined ? [] : [{ ...run.payload, run, runCount: runs.length }];
  });
}

export function unknownPayload(name: string): MillraceError {
  return new MillraceError(
    "payload/unknown",
    "not-found",
    `no run of this home was about a payload '${name}'`,
    {
      hint: "`millrace payload list` names those that there are.",
    },
  );
}

/** One payload with all its runs. MillraceError `payload/unknown` or `payload/ambiguous`. */
export async function readPayload(reader: HistoryReader, name: string): Promise<PayloadPicture> {
  const rows = await listPayloads(reader);
  const found = rows.filter(({ key, id }) => key === name || id === name);
  const [row, second] = found;
  if (row === undefined) throw unknownPayload(name);
  if (second !== undefined)
    throw new MillraceError(
      "payload/ambiguous",
      "invalid",
      `${found.length} payloads have the id '${name}'`,
      {
        hint: `Use a key instead: ${found.map(({ key }) => key).join(", ")}`,
      },
    );
  const runs = (await reader.listRuns({ payload: { key: row.key } })).map(toRow);
  const { submission } = decodeRunRecord(await reader.readDocument(row.run.runId));
  return { ...row, runs, value: parsePayload(submission.payload ?? "null") };
}
