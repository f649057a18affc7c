/**
 * Who is called back in the simulation, and what follows from runs there. It outlives every engine and keeps a book of
 * all that has arrived, so that the rules of callbacks can be checked: nothing before the end of its run is durable,
 * the same under the same key, and nothing lost.
 */
import type { Callback } from "../../src/model/plan/callback.ts";
import type { HttpRequest } from "../../src/model/plan/plan.ts";
import type { Response } from "../../src/model/run/inputs.ts";
import type { RunStarter } from "../../src/ports/run-starter.ts";
import type { Ledger } from "./ledger.ts";
import { never } from "./life.ts";
import type { Life } from "./life.ts";
import { createRandom } from "./random.ts";
import type { Random } from "./random.ts";
import { simExpression } from "./sim-language.ts";
import type { Timeline } from "./timeline.ts";

/** Addresses that callbacks of the simulation go to. */
export const receiverUrl = "http://receiver.sim/";

export interface Receivers {
  /** What has arrived, by key: the texts of it, and whether any was answered well. */
  readonly arrived: Map<string, { readonly texts: Set<string>; times: number; isAccepted: boolean }>;
  /** Runs that were started, by key. */
  readonly started: Map<string, string>;
  /** What should not have come. */
  readonly problems: string[];
  /** Set by whoever knows the history of the moment. */
  isDurable: (key: string) => boolean;
}

export function createReceivers(): Receivers {
  return { arrived: new Map(), started: new Map(), problems: [], isDurable: () => true };
}

/** Callbacks of a random plan; none, more often than not. */
export function makeCallbacks(random: Random): readonly Callback[] {
  if (random.chance(0.55)) return [];
  return Array.from({ length: random.integer(1, 3) }, (_, index): Callback => ({
    name: `c${index}`,
    ...(random.chance(0.4) ? { ends: random.pick([["succeeded"], ["failed", "errored"]] as const) } : {}),
    ...(random.chance(0.2) ? { condition: simExpression("flip:70", "boolean") } : {}),
    order: random.chance(0.7)
      ? {
          kind: "request",
          request: {
            method: "POST",
            url: `${receiverUrl}${index}`,
            headers: [],
            body: simExpression(random.chance(0.05) ? "fail" : "path:!"),
            timeoutMs: 1_000,
            verifyTls: true,
          },
        }
      : {
          kind: "start",
          start: { definition: "Sim/next", parameters: [], payload: simExpression("path:!") },
        },
    tries: {
      more: random.integer(0, 4),
      delayMs: random.integer(1, 2_000),
      factor: random.integer(1, 3),
      capMs: 5_000,
    },
  }));
}

/** A request comes in, or does not; an answer goes back, or does not. */
export async function receive(
  seed: string,
  receivers: Receivers,
  timeline: Timeline,
  life: Life,
  request: HttpRequest,
): Promise<Response | { readonly problem: string }> {
  const key = request.headers.find(({ name }) => name === "Idempotency-Key")?.value ?? "";
  if (life.meet(`callback ${key}`)) return never();
  const times = receivers.arrived.get(key)?.times ?? 0;
  const random = createRandom(`${seed}/callback/${key}/${times}`);
  await timeline.wait(random.integer(1, 300), `callback ${key} on its way`, life);
  if (random.chance(0.15)) return { problem: "no way to the receiver" };
  if (!receivers.isDurable(key))
    receivers.problems.push(`${key} was sent before the end of its run was durable`);
  const entry = receivers.arrived.get(key) ?? { texts: new Set<string>(), times: 0, isAccepted: false };
  entry.times += 1;
  entry.texts.add(JSON.stringify(request));
  const isGood = random.chance(0.7);
  entry.isAccepted ||= isGood;
  receivers.arrived.set(key, entry);
  await timeline.wait(random.integer(1, 1_500), `answer to callback ${key}`, life);
  // The receiver has it, and nobody hears of that.
  if (random.chance(0.15)) return { problem: "no answer in time" };
  return { statusCode: isGood ? 204 : 503, headers: {}, body: "" };
}

export function createSimStarter(
  seed: string,
  receivers: Receivers,
  timeline: Timeline,
  life: Life,
): RunStarter {
  let asked = 0;
  return {
    start: async (order, _caller, key) => {
      if (life.meet(`start ${key}`)) return never();
      asked += 1;
      const random = createRandom(`${seed}/start/${key}/${life.number}/${asked}`);
      await timeline.wait(random.integer(1, 200), `start of ${key}`, life);
      if (random.chance(0.2)) return { problem: "the disk is full" };
      if (random.chance(0.05)) return { refusal: "there is no such definition" };
      if (!receivers.isDurable(key))
        receivers.problems.push(`${key} was started before the end of its run was durable`);
      receivers.started.set(key, JSON.stringify(order));
      if (life.meet(`started ${key}`)) return never();
      return { started: `started ${key}` };
    },
  };
}

/** Everything that was owed has arrived, or was tried as often as it should be. */
export function checkCallbacks(receivers: Receivers, ledger: Ledger): readonly string[] {
  const problems = [...receivers.problems];
  for (const [key, { texts }] of receivers.arrived)
    if (texts.size > 1) problems.push(`${key} arrived with ${texts.size} different texts`);
  for (const state of ledger.states.values()) {
    state.callbacks.forEach((callback, number) => {
      const key = `${state.runId}-${number}`;
      const tries = state.index.plan.callbacks?.[callback.callback]?.tries.more ?? 0;
      if (callback.settled === undefined) return problems.push(`callback ${key} is owed still`);
      if (callback.order === undefined) return undefined;
      const { delivered } = callback.settled;
      const isRequest = callback.order.kind === "request";
      const hasArrived = isRequest
        ? receivers.arrived.get(key)?.isAccepted === true
        : receivers.started.has(key);
      if (delivered && !hasArrived) problems.push(`callback ${key} is delivered and has not arrived`);
      if (!delivered && callback.tried < tries && isRequest)
        problems.push(`callback ${key} was given up after ${callback.tried} of ${tries} tries`);
      return undefined;
    });
  }
  return problems;
}
