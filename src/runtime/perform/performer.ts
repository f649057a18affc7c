/**
 * Carrying out effects: attempts to the executor, requests to the requester, and their outcomes back as inputs.
 * Idempotent by attempt id: an effect that is already under way is not begun again.
 */
import { unreachable } from "../../base/errors.ts";
import type { AttemptExit, AttemptOrder, AttemptProblem } from "../../model/run/attempt.ts";
import type { Effect } from "../../model/run/effects.ts";
import type { RunInput } from "../../model/run/inputs.ts";
import type { Executor } from "../../ports/executor.ts";
import type { Collected, Laid } from "../../ports/attempt-files.ts";
import type { LiveRun } from "../live-run.ts";
import type { RuntimePorts } from "../runtime.ts";

/** What the performer tells the runtime. */
export interface PerformerOutlet {
  send(runId: string, input: RunInput): void;
  roomChanged(): void;
  failed(error: Error): void;
}

interface Flight {
  readonly run: LiveRun;
  readonly task: number;
  readonly order: AttemptOrder;
  /** Asked to end before it had started. */
  cancelled: boolean;
  started: boolean;
}

export class Performer {
  private readonly ports: RuntimePorts;
  private readonly outlet: PerformerOutlet;
  readonly executor: Executor;
  private readonly flights = new Map<string, Flight>();
  private readonly requests = new Map<string, AbortController>();
  private closed = false;

  constructor(ports: RuntimePorts, outlet: PerformerOutlet) {
    this.ports = ports;
    this.outlet = outlet;
    this.executor = ports.createExecutor({ started: () => undefined, ended: (exit) => this.takeExit(exit) });
  }

  /** How many more attempts may start. */
  get free(): number {
    return this.executor.capacity - this.flights.size;
  }

  perform(run: LiveRun, effect: Effect): void {
    switch (effect.kind) {
      case "attempt.start":
        return this.launch(run, effect.task, effect.order);
      case "attempt.cancel":
        return this.cancel(run, effect);
      case "request.send":
        return this.sendRequest(run, effect);
      case "request.cancel":
        return this.requests.get(requestKey(run, effect.task))?.abort();
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

  async close(options: { readonly leaveRunning: boolean }): Promise<void> {
    this.closed = true;
    for (const controller of this.requests.values()) controller.abort();
    await this.executor.close(options);
  }

  private launch(run: LiveRun, task: number, order: AttemptOrder): void {
    if (this.flights.has(order.attemptId)) return;
    const flight: Flight = { run, task, order, cancelled: false, started: false };
    this.flights.set(order.attemptId, flight);
    const laid = this.ports.files.lay(order);
    if (laid instanceof Promise) this.guard(laid.then((ready) => this.startLaid(flight, ready)));
    else this.startLaid(flight, laid);
  }

  private startLaid(flight: Flight, laid: Laid): void {
    if (!laid.ok) return this.report(flight, this.refuse(flight.order, laid.problem));
    if (flight.cancelled) return this.report(flight, this.refuse(flight.order, { kind: "cancelled" }));
    flight.started = true;
    this.executor.start(flight.order, laid.directory);
  }

  private adopt(run: LiveRun, task: number, order: AttemptOrder): void {
    if (this.flights.has(order.attemptId)) return;
    const flight: Flight = { run, task, order, cancelled: false, started: true };
    this.flights.set(order.attemptId, flight);
    const directory = this.ports.files.directoryOf(order.attemptId);
    this.guard(
      this.executor.adopt(order, directory).then((adoption) => {
        if (adoption.kind !== "unknown") return;
        this.flights.delete(order.attemptId);
        const wasCancelled = flight.cancelled;
        this.launch(run, task, order);
        const relaunched = this.flights.get(order.attemptId);
        if (wasCancelled && relaunched !== undefined) this.cancelFlight(relaunched, "cancelled", 0);
      }),
    );
  }

  private cancel(run: LiveRun, effect: Extract<Effect, { kind: "attempt.cancel" }>): void {
    for (const flight of this.flights.values()) {
      if (flight.run === run && flight.task === effect.task) this.cancelFlight(flight, effect.why, effect.graceMs);
    }
  }

  private cancelFlight(flight: Flight, why: "cancelled" | "timed-out", graceMs: number): void {
    flight.cancelled = true;
    if (flight.started) this.executor.cancel(flight.order.attemptId, why, graceMs);
  }

  private takeExit(exit: AttemptExit): void {
    const flight = this.flights.get(exit.attemptId);
    if (flight === undefined || this.closed) return;
    if (exit.problem?.kind === "cancelled" && !flight.cancelled) return this.relaunch(flight);
    const collected = this.ports.files.collect(flight.order, exit);
    if (collected instanceof Promise) this.guard(collected.then((read) => this.report(flight, exit, read)));
    else this.report(flight, exit, collected);
  }

  /** An engine that closed ended this attempt before its time; nobody asked for its end, so it begins again. */
  private relaunch(flight: Flight): void {
    this.flights.delete(flight.order.attemptId);
    this.guard(
      this.ports.files.discard(flight.order.attemptId).then(() => this.launch(flight.run, flight.task, flight.order)),
    );
  }

  private report(flight: Flight, exit: AttemptExit, collected?: Collected): void {
    this.flights.delete(flight.order.attemptId);
    const problem = exit.problem ?? collected?.problem;
    this.outlet.send(flight.run.runId, {
      kind: "attempt.ended",
      at: this.ports.clock.now(),
      task: flight.task,
      exit: problem === undefined ? exit : { ...exit, problem },
      ...(collected === undefined ? {} : { outputs: collected.outputs }),
    });
    this.outlet.roomChanged();
  }

  private sendRequest(run: LiveRun, effect: Extract<Effect, { kind: "request.send" }>): void {
    const key = requestKey(run, effect.task);
    if (this.requests.has(key)) return;
    const controller = new AbortController();
    this.requests.set(key, controller);
    this.guard(
      this.ports.requester.send(effect.request, controller.signal).then((response) => {
        this.requests.delete(key);
        this.outlet.send(run.runId, { kind: "response.received", at: this.ports.clock.now(), task: effect.task, response });
      }),
    );
  }

  /** The exit of an attempt that never began. */
  private refuse(order: AttemptOrder, problem: AttemptProblem): AttemptExit {
    const at = this.ports.clock.now();
    const place = { executor: this.executor.name, host: "", user: "" };
    return { attemptId: order.attemptId, startedAt: at, endedAt: at, ending: { kind: "not-run" }, problem, usage: {}, ...place };
  }

  /** A rejection here is an error of the store or of the machine, not of a task: it stops the runtime. */
  private guard(work: Promise<void>): void {
    work.catch((error: unknown) => this.outlet.failed(error instanceof Error ? error : new Error(String(error))));
  }
}

function requestKey(run: LiveRun, task: number): string {
  return `${run.runId}/${task}`;
}
