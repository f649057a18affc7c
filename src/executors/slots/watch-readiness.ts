/**
 * Finding out when a service can be used (X5 of ports/executor.ts): first its init commands, then each other command.
 *
 * Ports are asked from here. Programs are asked by the supervisor, which stands where the command stands and notes the
 * answer in the exit record; here the record is looked at. A command without a question counts once it has run for a
 * moment, because a program that ends at once was never of use to anybody.
 * Questions come quickly at first, so that a service that is quick to start is quick to be used, whatever its period.
 */
import type { AttemptCommand, Readiness } from "../../model/run/attempt.ts";
import type { PortQuestion } from "./ask-port.ts";
import { announce } from "./attempt-ends.ts";
import { type ExecutorContext, setAttemptTimer } from "./executor-context.ts";
import { findExitRecord } from "./exit-record.ts";
import type { RunningAttempt } from "./running-attempt.ts";

/** How long a command without a question must have run. */
const settledMs = 200;
/** Time between the first two questions; it doubles until it is the period that was asked for. */
export const firstPeriodMs = 100;
/** Longest time between two looks at the record. */
const recordPeriodMs = 500;

/** Begins to watch; calls back by the listener's `ready`. Attempts that are no services are left alone. */
export function watchReadiness(context: ExecutorContext, attempt: RunningAttempt): void {
  const { order } = attempt;
  if (order.service !== true) return;
  const isWatched = (): boolean => context.attempts.get(order.attemptId) === attempt && !attempt.ending;
  const inits = order.commands.filter(({ role }) => role === "init").map(({ name }) => name);
  const others = order.commands.filter(({ role }) => role !== "init");
  let left = others.length;
  const count = (): void => {
    left -= 1;
    if (left > 0 || !isWatched()) return;
    if (attempt.slot !== undefined) announce(context, attempt);
    context.listener.ready(order.attemptId, context.now());
  };
  const begin = (): void => {
    for (const command of others) watchCommand({ attempt, isWatched, ready: count }, command);
  };
  if (inits.length === 0) begin();
  else lookForInits(attempt, inits, isWatched, begin);
}

interface Watch {
  readonly attempt: RunningAttempt;
  readonly isWatched: () => boolean;
  readonly ready: () => void;
}

function watchCommand(watch: Watch, { name, readiness }: AttemptCommand): void {
  const { attempt, isWatched, ready } = watch;
  if (readiness === undefined) return setAttemptTimer(attempt, settledMs, ready);
  const { by } = readiness;
  if (by.kind !== "command") {
    const asking = { good: 0, waitMs: Math.min(firstPeriodMs, readiness.periodMs) };
    return setAttemptTimer(attempt, readiness.delayMs, () => ask(watch, readiness, by, asking));
  }
  const isNoted = (): boolean => findExitRecord(attempt.directory)?.ready?.includes(name) === true;
  look(attempt, isNoted, isWatched, ready);
}

function ask(
  watch: Watch,
  readiness: Readiness,
  question: PortQuestion,
  asking: { good: number; waitMs: number },
): void {
  const answer = (isGood: boolean): void => {
    if (!watch.isWatched()) return;
    asking.good = isGood ? asking.good + 1 : 0;
    if (asking.good >= readiness.successes) return watch.ready();
    const waitMs = isGood ? readiness.periodMs : asking.waitMs;
    asking.waitMs = Math.min(asking.waitMs * 2, readiness.periodMs);
    setAttemptTimer(watch.attempt, waitMs, () => ask(watch, readiness, question, asking));
  };
  // Few runs ask a port, and HTTP and sockets cost every start some milliseconds.
  void import("./ask-port.ts").then(({ askPort }) => askPort(question, readiness.timeoutMs, answer));
}

function lookForInits(
  attempt: RunningAttempt,
  names: readonly string[],
  isWatched: () => boolean,
  then: () => void,
): void {
  const haveEnded = (): boolean => {
    const commands = findExitRecord(attempt.directory)?.commands ?? {};
    return names.every((name) => {
      const ending = commands[name];
      return ending?.kind === "exited" && ending.code === 0;
    });
  };
  look(attempt, haveEnded, isWatched, then);
}

/** Looks at the record until it says what is waited for. */
function look(
  attempt: RunningAttempt,
  isThere: () => boolean,
  isWatched: () => boolean,
  then: () => void,
): void {
  const lookAfter = (waitMs: number): void =>
    setAttemptTimer(attempt, waitMs, () => {
      if (!isWatched()) return;
      if (isThere()) then();
      else lookAfter(Math.min(waitMs * 2, recordPeriodMs));
    });
  lookAfter(firstPeriodMs);
}
