/**
 * Carrying out effects: attempts to the executor, requests to the requester, and their outcomes back as inputs.
 *
 * P1. Idempotent by attempt id: an effect that is already under way is not begun again.
 * P2. Each attempt is reported once, whatever the executor says how often.
 * P3. Whoever asks an attempt to end is heard at every stage of it: an attempt that has not begun never does.
 * P4. Nothing begins, and nothing is reported, after `halt`.
 * P5. A fault over something in one run is told as that run's; only what the machine refuses stops everybody.
 */
import { MillraceError, unreachable } from "../../base/errors.ts";
import { isObjectRequest } from "../../model/plan/plan.ts";
import type { HttpRequest, ListingRequest, ObjectRequest } from "../../model/plan/plan.ts";
import type { AttemptExit, AttemptOrder, AttemptProblem } from "../../model/run/attempt.ts";
import type { Effect } from "../../model/run/effects.ts";
import type { RunInput } from "../../model/run/inputs.ts";
import type { Executor } from "../../ports/executor.ts";
import type { Answer } from "../../ports/object-keeper.ts";
import type { Collected, Laid } from "../../ports/attempt-files.ts";
import type { LiveRun } from "../live-run.ts";
import type { RuntimePorts } from "../runtime-ports.ts";
import { CallbackDesk } from "./callback-desk.ts";
import { tellFault } from "./judge-fault.ts";
import { answerMemo, keepMemo } from "./memos.ts";
import type { PerformerOutlet } from "./performer-outlet.ts";
import { readManifest } from "./read-manifest.ts";
import { hideInResponse, hideSecrets, revealOrder, revealRequest } from "./reveal-secrets.ts";

interface Flight {
  readonly run: LiveRun;
  readonly task: number;
  /** With seals in place of secret values. */
  readonly order: AttemptOrder;
  /** The values of the seals, once the attempt has begun. */
  secrets: readonly string[];
  /** Somebody wants it to end. */
  stop: { readonly why: "cancelled" | "timed-out"; readonly graceMs: number } | undefined;
  /** Only an attempt that is `adopting` or `started` can end. */
  stage: "laying" | "adopting" | "started" | "collecting";
}

export class Performer {
  private readonly ports: RuntimePorts;
  private readonly outlet: PerformerOutlet;
  readonly executor: Executor;
  private readonly flights = new Map<string, Flight>();
  /** Ids of the flights that are services. */
  private readonly services = new Set<string>();
  private readonly requests = new Map<string, AbortController>();
  private readonly callbacks: CallbackDesk;
  private halted = false;
  /** Whether an attempt has ended: most that come after one come soon after its end. */
  private hasEnded = false;

  constructor(ports: RuntimePorts, outlet: PerformerOutlet) {
    this.ports = ports;
    this.outlet = outlet;
    this.callbacks = new CallbackDesk(ports, outlet);
    this.executor = ports.createExecutor({
      started: () => undefined,
      ready: (attemptId) => this.takeReadiness(attemptId),
      ended: (exit) => this.takeExit(exit),
    });
  }

  /** Whether attempts are under way. */
  get isBusy(): boolean {
    return this.flights.size > 0;
  }

  /** How many more attempts may start; services take no room (X6 of the executor port). */
  get free(): number {
    return this.executor.capacity - (this.flights.size - this.services.size);
  }

  perform(run: LiveRun, effect: Effect): void {
    if (this.halted) return;
    try {
      this.carryOut(run, effect);
    } catch (error) {
      tellFault(this.outlet, run, error);
    }
  }

  private carryOut(run: LiveRun, effect: Effect): void {
    switch (effect.kind) {
      case "attempt.start":
        return this.launch(run, effect.task, effect.order);
      case "attempt.cancel":
        return this.cancel(run, effect);
      case "request.send":
        return this.sendRequest(run, effect);
      case "request.cancel":
        return this.cancelRequest(run, effect.task);
      case "callback.send":
        return this.callbacks.send(run, effect);
      case "memo.look":
        return this.outlet.send(run.runId, answerMemo(this.ports, effect));
      case "memo.keep":
        return keepMemo(this.ports, run, effect);
      default:
        unreachable(effect);
    }
  }

  /** Takes over what an earlier engine left: adopts attempts that live or have ended, starts those that never began. */
  recover(run: LiveRun, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === "attempt.start") this.adopt(run, effect.task, effect.order);
      else this.perform(run, effect);
    }
  }

  /** Forgets the callbacks of a run that is let go of. */
  forgetCallbacks(run: LiveRun): void {
    this.callbacks.forget(run);
  }

  /** Nothing more begins and nothing more is reported; what runs goes on. */
  halt(): void {
    this.halted = true;
    for (const controller of this.requests.values()) controller.abort();
    this.requests.clear();
    this.callbacks.halt();
  }

  async close(options: { readonly leaveRunning: boolean }): Promise<void> {
    this.halt();
    await this.executor.close(options);
    this.ports.files.close();
  }

  private launch(run: LiveRun, task: number, order: AttemptOrder): void {
    if (this.flights.has(order.attemptId)) return;
    const flight: Flight = { run, task, order, secrets: [], stop: undefined, stage: "laying" };
    this.board(flight);
    this.lay(flight);
  }

  private board(flight: Flight): void {
    this.flights.set(flight.order.attemptId, flight);
    if (flight.order.service === true) this.services.add(flight.order.attemptId);
  }

  private lay(flight: Flight): void {
    flight.stage = "laying";
    if (flight.stop !== undefined)
      return this.report(flight, this.refuse(flight.order, { kind: flight.stop.why }));
    try {
      const laid = this.ports.files.lay(flight.order);
      if (laid instanceof Promise)
        this.guard(
          flight,
          laid.then((ready) => this.startLaid(flight, ready)),
        );
      else this.startLaid(flight, laid);
    } catch (error) {
      this.giveUp(flight, error);
    }
  }

  private startLaid(flight: Flight, laid: Laid): void {
    if (this.halted) return;
    if (!laid.ok) return this.report(flight, this.refuse(flight.order, laid.problem));
    if (flight.stop !== undefined)
      return this.report(flight, this.refuse(flight.order, { kind: flight.stop.why }));
    const revealed = revealOrder(flight.order, this.ports.secrets);
    if (!revealed.ok) return this.report(flight, this.refuse(flight.order, revealed.error));
    flight.stage = "started";
    flight.secrets = revealed.value.secrets ?? [];
    this.executor.start(revealed.value, laid.directory);
    // Where several are under way, there is always somebody whose turn it is, and nothing is gained ahead.
    if (this.hasEnded && this.flights.size === 1) this.ports.soon(() => this.expectAnother());
  }

  private expectAnother(): void {
    if (!this.halted) this.ports.files.expectAnother();
  }

  private adopt(run: LiveRun, task: number, order: AttemptOrder): void {
    if (this.flights.has(order.attemptId)) return;
    const flight: Flight = { run, task, order, secrets: [], stop: undefined, stage: "adopting" };
    this.board(flight);
    const directory = this.ports.files.directoryOf(order.attemptId);
    const revealed = revealOrder(order, this.ports.secrets);
    if (revealed.ok) flight.secrets = revealed.value.secrets ?? [];
    this.guard(
      flight,
      this.executor.adopt(revealed.ok ? revealed.value : order, directory).then((adoption) => {
        // Its end may have been told before this answer.
        if (this.halted || flight.stage !== "adopting") return;
        if (adoption.kind === "unknown") return this.lay(flight);
        flight.stage = "started";
        // What was asked before the executor knew the attempt was not heard.
        if (flight.stop !== undefined)
          this.executor.cancel(order.attemptId, flight.stop.why, flight.stop.graceMs);
      }),
    );
  }

  private cancel(run: LiveRun, effect: Extract<Effect, { kind: "attempt.cancel" }>): void {
    for (const flight of this.flights.values()) {
      if (flight.run !== run || flight.task !== effect.task) continue;
      flight.stop = { why: effect.why, graceMs: effect.graceMs };
      if (flight.stage === "started")
        this.executor.cancel(flight.order.attemptId, effect.why, effect.graceMs);
    }
  }

  /** Passed on however often it is told: the engine knows what it knew, and a lost report is told again. */
  private takeReadiness(attemptId: string): void {
    const flight = this.flights.get(attemptId);
    if (this.halted || flight === undefined || flight.stage === "laying" || flight.stage === "collecting")
      return;
    this.outlet.send(flight.run.runId, {
      kind: "attempt.ready",
      at: this.ports.clock.now(),
      task: flight.task,
    });
    this.outlet.roomChanged();
  }

  private takeExit(exit: AttemptExit): void {
    const flight = this.flights.get(exit.attemptId);
    if (this.halted || flight === undefined || flight.stage === "laying" || flight.stage === "collecting")
      return;
    if (exit.problem?.kind === "cancelled" && flight.stop === undefined) return this.relaunch(flight);
    flight.stage = "collecting";
    // Nobody above an executor's notice could take an error, so it is caught here.
    this.guard(
      flight,
      (async () => {
        const collected = this.ports.files.collect(flight.order, exit);
        if (collected instanceof Promise) await collected.then((read) => this.report(flight, exit, read));
        else this.report(flight, exit, collected);
      })(),
    );
  }

  /** An engine that closed ended this attempt before its time; nobody asked for its end, so it begins again. */
  private relaunch(flight: Flight): void {
    flight.stage = "laying";
    this.guard(
      flight,
      this.ports.files.discard(flight.order.attemptId).then(() => {
        if (!this.halted) this.lay(flight);
      }),
    );
  }

  private report(flight: Flight, exit: AttemptExit, collected?: Collected): void {
    if (this.halted) return;
    this.hasEnded = true;
    this.flights.delete(flight.order.attemptId);
    this.services.delete(flight.order.attemptId);
    const problem = exit.problem ?? collected?.problem;
    this.outlet.send(flight.run.runId, {
      kind: "attempt.ended",
      at: this.ports.clock.now(),
      task: flight.task,
      exit: problem === undefined ? exit : { ...exit, problem },
      ...(collected === undefined ? {} : { outputs: hideSecrets(collected.outputs, flight.secrets) }),
    });
    this.outlet.roomChanged();
  }

  private sendRequest(run: LiveRun, effect: Extract<Effect, { kind: "request.send" }>): void {
    const key = requestKey(run, effect.task);
    if (this.requests.has(key)) return;
    const controller = new AbortController();
    this.requests.set(key, controller);
    if (isObjectRequest(effect.request))
      return this.actOnObject(run, effect.task, effect.request, controller);
    this.guardRequest(
      run,
      this.ask(effect.request, controller.signal).then((response) => {
        // One that was cancelled has been settled; its task may be waiting for another one by now.
        if (this.requests.get(key) !== controller) return;
        this.requests.delete(key);
        this.outlet.send(run.runId, {
          kind: "response.received",
          at: this.ports.clock.now(),
          task: effect.task,
          response,
        });
      }),
    );
  }

  /** Every answer is told; of an object that is watched they go on until the request is cancelled. */
  private actOnObject(run: LiveRun, task: number, request: ObjectRequest, controller: AbortController): void {
    const key = requestKey(run, task);
    const isOpen = (): boolean => this.requests.get(key) === controller;
    const tell = (response: Answer): void => {
      if (isOpen())
        this.outlet.send(run.runId, {
          kind: "response.received",
          at: this.ports.clock.now(),
          task,
          response,
        });
    };
    const caller = { runId: run.runId, runName: run.name, task };
    const act = async (): Promise<void> => {
      const ready = request.manifestFrom === undefined ? request : await readManifest(this.ports, request);
      if ("problem" in ready) tell(ready);
      else if (isOpen()) await this.ports.objects.act(ready, caller, tell, controller.signal);
      if (isOpen()) this.requests.delete(key);
    };
    this.guardRequest(run, act());
  }

  private ask(request: HttpRequest | ListingRequest, signal: AbortSignal): Promise<RequestAnswer> {
    return "list" in request ? listPlace(this.ports, request, signal) : sendHttp(this.ports, request, signal);
  }

  private cancelRequest(run: LiveRun, task: number): void {
    const key = requestKey(run, task);
    const controller = this.requests.get(key);
    this.requests.delete(key);
    controller?.abort();
  }

  /** The exit of an attempt that never began. */
  private refuse(order: AttemptOrder, problem: AttemptProblem): AttemptExit {
    const at = this.ports.clock.now();
    const place = { executor: this.executor.name, host: "", user: "" };
    return {
      attemptId: order.attemptId,
      startedAt: at,
      endedAt: at,
      ending: { kind: "not-run" },
      problem,
      usage: {},
      ...place,
    };
  }

  private guard(flight: Flight, work: Promise<void>): void {
    work.catch((error: unknown) => this.giveUp(flight, error));
  }

  private guardRequest(run: LiveRun, work: Promise<void>): void {
    work.catch((error: unknown) => tellFault(this.outlet, run, error));
  }

  /** The flight lets go of its place; its run is told to be broken, or everybody to stop. */
  private giveUp(flight: Flight, error: unknown): void {
    this.flights.delete(flight.order.attemptId);
    this.services.delete(flight.order.attemptId);
    tellFault(this.outlet, flight.run, error);
  }
}

type RequestAnswer = Extract<RunInput, { kind: "response.received" }>["response"];

async function sendHttp(
  { requester, secrets }: RuntimePorts,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<RequestAnswer> {
  const revealed = revealRequest(request, secrets);
  if (!revealed.ok) return { problem: revealed.error };
  const answer = await requester.send(revealed.value.request, signal);
  return hideInResponse(answer, revealed.value.secrets);
}

/** Storage that refuses is the task's problem; anything else is ours. */
async function listPlace(
  { list }: RuntimePorts,
  request: ListingRequest,
  signal: AbortSignal,
): Promise<RequestAnswer> {
  if (list === undefined) return { problem: "there is no storage that could be listed" };
  try {
    return { listed: await list(request.list, signal) };
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    return { problem: error.message };
  }
}

function requestKey(run: LiveRun, task: number): string {
  return `${run.runId}/${task}`;
}
