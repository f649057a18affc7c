/** What has become of the callbacks of a run. */
import type { RunPicture } from "../../api/house.ts";
import type { JsonObject } from "../../base/json.ts";
import type { CallbackState } from "../../model/run/run-state.ts";
import { formatDuration, formatTime } from "./durations.ts";
import { cleanText } from "./text-width.ts";

/** One line for each. */
export function describeCallbacks({ state }: RunPicture, now: number): readonly string[] {
  return state.callbacks.map((callback) => {
    const message = callback.message === "" ? "" : `: ${callback.message}`;
    return cleanText(`${nameCallback(state, callback)} ${describeProgress(callback, now)}${message}`);
  });
}

function nameCallback({ index }: RunPicture["state"], { callback }: CallbackState): string {
  return index.plan.callbacks?.[callback]?.name ?? String(callback);
}

function wordOf({ settled }: CallbackState): "owed" | "delivered" | "given up" {
  if (settled === undefined) return "owed";
  return settled.delivered ? "delivered" : "given up";
}

function describeProgress(callback: CallbackState, now: number): string {
  if (callback.settled !== undefined || callback.tried === 0) return wordOf(callback);
  const times = callback.tried === 1 ? "tried once" : `tried ${callback.tried} times`;
  const next =
    callback.notBefore > now ? `again in ${formatDuration(callback.notBefore - now)}` : "again soon";
  return `owed, ${times}, ${next}`;
}

/** For programs. */
export function callbacksToJson({ state, row }: RunPicture): readonly JsonObject[] {
  return state.callbacks.map((callback, number) => ({
    name: nameCallback(state, callback),
    key: `${row.runId}-${number}`,
    state: wordOf(callback),
    tried: callback.tried + (callback.settled === undefined || callback.order === undefined ? 0 : 1),
    owedAt: formatTime(callback.owedAt),
    ...(callback.settled === undefined
      ? { nextAt: formatTime(callback.notBefore) }
      : { settledAt: formatTime(callback.settled.at) }),
    message: callback.message,
  }));
}
