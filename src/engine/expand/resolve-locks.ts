/** The locks of a policy with their keys and limits computed. */
import type { Lock } from "../../model/plan/plan.ts";
import type { LockWish } from "../../model/run/lock-board.ts";
import type { Scope } from "../../model/run/scope.ts";
import type { Decision } from "../decide/decision.ts";

/** Throws Refusals. */
export function resolveLocks(decision: Decision, locks: readonly Lock[], scope: Scope): readonly LockWish[] {
  return locks.map(({ key, limit }) => ({
    key: decision.resolve(key, scope),
    ...(limit === undefined ? {} : { limit: decision.resolve(limit, scope) }),
  }));
}
