/** Folding what becomes of callbacks. Their timers lie below those of the run, because tasks have all numbers from 0. */
import { unreachable } from "../../base/errors.ts";
import type { RunEvent } from "../../model/run/events.ts";
import type { RunState } from "../../model/run/run-state.ts";

type EventOf<K extends RunEvent["kind"]> = Extract<RunEvent, { kind: K }>;

const firstTimer = -2;

/** The number of the callback whose time a timer is. */
export function callbackOfTimer(timer: number): number {
  return firstTimer - timer;
}

type CallbackEvent = EventOf<"callback.owed" | "callback.retried" | "callback.settled">;

export function isOfCallback(event: RunEvent): event is CallbackEvent {
  return event.kind.startsWith("callback.");
}

export function evolveCallback(state: RunState, event: CallbackEvent): void {
  switch (event.kind) {
    case "callback.owed":
      return oweCallback(state, event);
    case "callback.retried":
      return retryCallback(state, event);
    case "callback.settled":
      return settleCallback(state, event);
    default:
      unreachable(event);
  }
}

function oweCallback(state: RunState, { callback, at, order }: EventOf<"callback.owed">): void {
  state.callbacksOwed.add(state.callbacks.length);
  state.callbacks.push({
    callback,
    owedAt: at,
    order,
    tried: 0,
    notBefore: at,
    settled: undefined,
    message: "",
  });
}

function retryCallback(state: RunState, event: EventOf<"callback.retried">): void {
  const { number, notBefore, message } = event;
  const owed = state.callbacks[number];
  if (owed === undefined) return;
  state.callbacks[number] = { ...owed, tried: owed.tried + 1, notBefore, message };
  state.timers.push(notBefore, firstTimer - number);
}

function settleCallback(state: RunState, event: EventOf<"callback.settled">): void {
  const { number, delivered, message, at } = event;
  const owed = state.callbacks[number];
  if (owed === undefined) return;
  state.callbacksOwed.delete(number);
  state.callbacks[number] = { ...owed, settled: { at, delivered }, message };
}
