/** Retries, time limits and locks of a template or a workflow. */
import type { Dynamic } from "../../../model/plan/expression.ts";
import type { Lock, MemoPolicy, Policy, RetryPolicy } from "../../../model/plan/plan.ts";
import { findLimit } from "../../../model/run/lock-board.ts";
import type { Memoize, RetryStrategy, SemaphoreRef, Synchronization, Template } from "../read/types.ts";
import { parseGoDuration } from "../../../base/parse-go-duration.ts";
import { describeProblem, dialects, intern, lowerText, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";
import { lowerDuration, lowerInteger, lowerSeconds } from "./lower-numbers.ts";

/** Policy of a template. The workflow's own retryStrategy holds for every template that has none. */
export function lowerPolicy(desk: Lowering, template: Template, isLeaf: boolean, place: Place): Policy {
  const strategy = template.retryStrategy ?? desk.defaultRetry;
  const at = (field: string): Place => ({ document: place.document, path: [...place.path, field] });
  const { activeDeadlineSeconds, timeout, pendingTimeout, synchronization } = template;
  const attemptTimeoutMs =
    isLeaf && activeDeadlineSeconds !== undefined
      ? lowerSeconds(desk, activeDeadlineSeconds, "activeDeadlineSeconds", at("activeDeadlineSeconds"))
      : undefined;
  const taskTimeoutMs =
    isLeaf && timeout !== undefined && timeout !== ""
      ? lowerDuration(desk, timeout, "timeout", at("timeout"))
      : undefined;
  const queueTimeoutMs =
    isLeaf && pendingTimeout !== undefined && pendingTimeout !== ""
      ? lowerDuration(desk, pendingTimeout, "pendingTimeout", at("pendingTimeout"))
      : undefined;
  const locks = synchronization === undefined ? [] : lowerLocks(desk, synchronization, at("synchronization"));
  const memo = template.memoize === undefined ? undefined : lowerMemo(desk, template.memoize, at("memoize"));
  return {
    ...(strategy === undefined ? {} : { retry: lowerRetry(desk, strategy, at("retryStrategy")) }),
    ...(attemptTimeoutMs === undefined ? {} : { attemptTimeoutMs }),
    ...(taskTimeoutMs === undefined ? {} : { taskTimeoutMs }),
    ...(queueTimeoutMs === undefined ? {} : { queueTimeoutMs }),
    ...(locks.length === 0 ? {} : { locks }),
    ...(memo === undefined ? {} : { memo }),
  };
}

/** Argo fields.md, Memoize. A cache belongs to the namespace of the run, as the ConfigMap does that Argo keeps it in. */
function lowerMemo(desk: Lowering, memoize: Memoize, place: Place): MemoPolicy | undefined {
  const { key = "", maxAge, cache } = memoize;
  const name = cache?.configMap?.name;
  if (name === undefined || name === "") {
    report(
      desk,
      "warning",
      "argo/no-effect",
      "memoize has no effect without the name of a cache",
      place,
      "give it cache.configMap.name",
    );
    return undefined;
  }
  const ageAtMostMs = maxAge === undefined || maxAge === "" ? undefined : lowerAge(desk, maxAge, place);
  return {
    cache: lowerText(desk, `${desk.around.namespace}/${name}`),
    key: lowerText(desk, key),
    ...(ageAtMostMs === undefined ? {} : { ageAtMostMs }),
  };
}

/** A Go duration: a number without a unit is none (Argo, handleMemoization, time.ParseDuration). */
function lowerAge(desk: Lowering, maxAge: string, place: Place): Dynamic<number> | undefined {
  if (maxAge.includes("{{")) return intern(desk, dialects.text, maxAge, "duration-ms");
  const ns = parseGoDuration(maxAge);
  if (ns !== undefined) return Number(ns / 1_000_000n);
  report(
    desk,
    "error",
    "argo/not-a-duration",
    `memoize.maxAge must be a duration, found ${JSON.stringify(maxAge)}`,
    { document: place.document, path: [...place.path, "maxAge"] },
    "write for example 30s, 5m or 1h30m",
  );
  return undefined;
}

const retryOn: Readonly<Record<string, RetryPolicy["on"]>> = {
  OnFailure: "failed",
  OnError: "errored",
  Always: "any",
  OnTransientError: "transient",
};

/** A retry strategy. Without a limit nobody waits, but the wait still counts against maxDuration (Argo, processNodeRetries). */
function lowerRetry(desk: Lowering, strategy: RetryStrategy, place: Place): RetryPolicy {
  const { limit, retryPolicy, expression, backoff } = strategy;
  const usual = expression === undefined || expression === "" ? "failed" : "any";
  const attemptsMore =
    limit === undefined ? undefined : lowerInteger(desk, limit, "retryStrategy.limit", place);
  const duration = (text: string | undefined, field: string): Dynamic<number> | undefined =>
    text === undefined || text === ""
      ? undefined
      : lowerDuration(desk, text, `retryStrategy.backoff.${field}`, place);
  const delayMs = duration(backoff?.duration, "duration");
  const factor =
    backoff?.factor === undefined
      ? undefined
      : lowerInteger(desk, backoff.factor, "retryStrategy.backoff.factor", place);
  const capMs = duration(backoff?.cap, "cap");
  const elapsedAtMostMs = duration(backoff?.maxDuration, "maxDuration");
  return {
    on: retryPolicy === undefined || retryPolicy === "" ? usual : (retryOn[retryPolicy] ?? usual),
    ...(attemptsMore === undefined ? {} : { attemptsMore }),
    ...(usual === "failed" ? {} : { condition: intern(desk, dialects.expr, expression ?? "", "boolean") }),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(delayMs === undefined || limit !== undefined ? {} : { delayOnPaper: true }),
    ...(factor === undefined || factor === 0 ? {} : { factor }),
    ...(capMs === undefined ? {} : { capMs }),
    ...(elapsedAtMostMs === undefined ? {} : { elapsedAtMostMs }),
  };
}

/**
 * Locks of a synchronization, by the names that Argo gives them (workflow/sync/lock_name.go): `namespace/Mutex/name`,
 * `namespace/ConfigMap/name/key`, and `namespace/Database/name` for both kinds that Argo keeps in its database.
 */
export function lowerLocks(desk: Lowering, synchronization: Synchronization, place: Place): readonly Lock[] {
  const mutexes = (synchronization.mutexes ?? []).map(({ name = "default", namespace, database }): Lock => ({
    key: lowerText(desk, `${orOwn(desk, namespace)}/${database === true ? "Database" : "Mutex"}/${name}`),
    limit: 1,
  }));
  const semaphores = (synchronization.semaphores ?? []).flatMap((semaphore, index) =>
    lowerSemaphore(desk, semaphore, { ...place, path: [...place.path, "semaphores", index] }),
  );
  return [...mutexes, ...semaphores];
}

function orOwn(desk: Lowering, namespace: string | undefined): string {
  return namespace === undefined || namespace === "" ? desk.around.namespace : namespace;
}

/** The limit of a ConfigMap is that which comes with the document; the limit that is stored for the key counts over it. */
function lowerSemaphore(desk: Lowering, semaphore: SemaphoreRef, place: Place): readonly Lock[] {
  const { configMapKeyRef: map, database } = semaphore;
  const namespace = orOwn(desk, semaphore.namespace);
  if (map === undefined && database === undefined) return [];
  const { name = "", key = "" } = map ?? {};
  const text = map === undefined ? undefined : desk.around.configMaps.get(name)?.get(key);
  const id =
    map === undefined
      ? `${namespace}/Database/${database?.key ?? ""}`
      : `${namespace}/ConfigMap/${name}/${key}`;
  if (text !== undefined) {
    // Argo, semaphore.go: 0 is a limit as well; it holds everybody back until it is raised.
    const limit = findLimit(text);
    if (limit !== undefined) return [{ key: lowerText(desk, id), limit }];
    const what = `the limit of semaphore ${id} is ${JSON.stringify(text)}, which is no whole number`;
    report(desk, "error", "argo/bad-number", what, place, `write a whole number in ConfigMap ${name}`);
    return [];
  }
  if (!desk.openLimits.has(id)) {
    const what = `the limit of semaphore ${id} is not known; unless one is stored, it is not enforced`;
    const hint = `give it one: millrace locks limit ${id} N`;
    desk.openLimits.set(id, describeProblem("warning", "argo/unknown-semaphore-limit", what, place, hint));
  }
  return [{ key: lowerText(desk, id) }];
}
