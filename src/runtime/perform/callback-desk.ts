/**
 * Carries callbacks out: requests to receivers, and runs that follow.
 *
 * K1. Of each callback one try is under way; one that is asked for again meanwhile is the same one.
 * K2. A receiver (scheme, host and port) gets a few requests at once, and none but a probe while it does not answer
 *     (circuit.ts). Who waits for that uses up no try, and comes in the order in which it asked.
 * K3. Nothing here need survive: what is not answered is owed, and is sent again by the next engine.
 * K4. What is told is masked: no value of a Secret gets into the history.
 * K5. What may not be sent, and will not be the next time, is refused at once: it uses up no patience of anybody.
 */
import type { HttpRequest } from "../../model/plan/plan.ts";
import type { Effect } from "../../model/run/effects.ts";
import type { CallbackAnswer, Response } from "../../model/run/inputs.ts";
import type { NoAnswer } from "../../ports/requester.ts";
import type { LiveRun } from "../live-run.ts";
import type { RuntimePorts } from "../runtime-ports.ts";
import { Circuit } from "./circuit.ts";
import { tellFault } from "./judge-fault.ts";
import type { PerformerOutlet } from "./performer-outlet.ts";
import { hideInResponse, revealRequest } from "./reveal-secrets.ts";

type SendEffect = Extract<Effect, { kind: "callback.send" }>;

/** One try of a callback. */
interface Errand {
  readonly run: LiveRun;
  readonly effect: SendEffect;
  readonly controller: AbortController;
}

interface Receiver {
  readonly circuit: Circuit;
  readonly waiting: Errand[];
  underWay: number;
  cancelTimer: () => void;
}

/** Requests to one receiver at once. */
const atOnce = 8;

export class CallbackDesk {
  private readonly ports: RuntimePorts;
  private readonly outlet: PerformerOutlet;
  private readonly errands = new Map<string, Errand>();
  /** By origin. */
  private readonly receivers = new Map<string, Receiver>();
  private halted = false;

  constructor(ports: RuntimePorts, outlet: PerformerOutlet) {
    this.ports = ports;
    this.outlet = outlet;
  }

  send(run: LiveRun, effect: SendEffect): void {
    const key = keyOf(run, effect);
    if (this.halted || this.errands.has(key) || !isOwed(run, effect)) return;
    const errand: Errand = { run, effect, controller: new AbortController() };
    this.errands.set(key, errand);
    const { order } = effect;
    if (order.kind === "start") return this.guard(errand, this.start(errand, key));
    const origin = originOf(order.request);
    const receiver = this.receivers.get(origin) ?? openReceiver();
    this.receivers.set(origin, receiver);
    receiver.waiting.push(errand);
    this.work(origin, receiver);
  }

  /** Takes back what is under way for a run. */
  forget(run: LiveRun): void {
    for (const [key, errand] of this.errands) {
      if (errand.run !== run) continue;
      this.errands.delete(key);
      errand.controller.abort();
    }
  }

  halt(): void {
    this.halted = true;
    for (const { controller } of this.errands.values()) controller.abort();
    this.errands.clear();
    for (const { cancelTimer } of this.receivers.values()) cancelTimer();
    this.receivers.clear();
  }

  /** Lets go to a receiver what may go (K2). */
  private work(origin: string, receiver: Receiver): void {
    receiver.cancelTimer();
    receiver.cancelTimer = () => undefined;
    const now = this.ports.clock.now();
    while (receiver.waiting.length > 0 && receiver.underWay < atOnce) {
      const [errand] = receiver.waiting as [Errand];
      if (errand.controller.signal.aborted) {
        receiver.waiting.shift();
        continue;
      }
      if (!receiver.circuit.admit(now)) break;
      receiver.waiting.shift();
      receiver.underWay += 1;
      this.guard(errand, this.deliver(errand, origin, receiver));
    }
    if (receiver.waiting.length > 0 && receiver.underWay < atOnce) this.wakeLater(origin, receiver);
    else if (receiver.underWay === 0 && receiver.circuit.isFresh) this.receivers.delete(origin);
  }

  private wakeLater(origin: string, receiver: Receiver): void {
    const at = receiver.circuit.nextAt();
    if (at === Infinity) return;
    receiver.cancelTimer = this.ports.clock.callAt(at, () => this.work(origin, receiver));
  }

  private async deliver(errand: Errand, origin: string, receiver: Receiver): Promise<void> {
    const { effect, controller } = errand;
    if (effect.order.kind !== "request") return;
    const revealed = revealRequest(effect.order.request, this.ports.secrets);
    const answer: Response | NoAnswer = revealed.ok
      ? await this.ports.requester.send(revealed.value.request, controller.signal)
      : { problem: revealed.error };
    receiver.underWay -= 1;
    if (this.halted) return;
    const now = this.ports.clock.now();
    // What never reached the receiver says nothing of it.
    const isRefused = "problem" in answer && answer.isFinal === true;
    if (controller.signal.aborted || !revealed.ok || isRefused) receiver.circuit.withdraw();
    else if (isOutage(answer)) receiver.circuit.fail(now);
    else receiver.circuit.succeed();
    const shown = revealed.ok ? hideInResponse(answer, revealed.value.secrets) : answer;
    this.tell(errand, isRefused && "problem" in shown ? { refusal: shown.problem } : shown);
    this.work(origin, receiver);
  }

  private async start(errand: Errand, key: string): Promise<void> {
    const { run, effect } = errand;
    if (effect.order.kind !== "start") return;
    const { starter } = this.ports;
    const caller = { runId: run.runId, runName: run.name };
    this.tell(
      errand,
      starter === undefined
        ? { refusal: "nothing can be started here" }
        : await starter.start(effect.order.start, caller, key),
    );
  }

  private tell(errand: Errand, answer: CallbackAnswer): void {
    const { run, effect } = errand;
    const key = keyOf(run, effect);
    if (this.halted || this.errands.get(key) !== errand) return;
    this.errands.delete(key);
    const { number, tried } = effect;
    this.outlet.send(run.runId, {
      kind: "callback.answered",
      at: this.ports.clock.now(),
      number,
      tried,
      answer,
    });
  }

  private guard({ run }: Errand, work: Promise<void>): void {
    work.catch((error: unknown) => tellFault(this.outlet, run, error));
  }
}

function openReceiver(): Receiver {
  return { circuit: new Circuit(), waiting: [], underWay: 0, cancelTimer: () => undefined };
}

function keyOf(run: LiveRun, { number }: SendEffect): string {
  return `${run.runId}-${number}`;
}

/** An answer may have come since this was decided. */
function isOwed({ state }: LiveRun, { number, tried }: SendEffect): boolean {
  const owed = state.callbacks[number];
  return owed !== undefined && owed.settled === undefined && owed.tried === tried;
}

/** Texts that are no URL share a place; the requester says what is wrong with them. */
function originOf({ url }: HttpRequest): string {
  return URL.canParse(url) ? new URL(url).origin : "";
}

/** Whether an answer says something of the receiver's health: a refusal of one callback does not. */
function isOutage(answer: Exclude<CallbackAnswer, { started: string } | { refusal: string }>): boolean {
  if ("problem" in answer) return true;
  const { statusCode } = answer;
  return statusCode >= 500 || statusCode === 429 || statusCode === 408;
}
