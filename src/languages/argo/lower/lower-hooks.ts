/** Lifecycle hooks of a step, a task or the run. `exit` runs when the owner has ended; others when their expression first holds. */
import type { Argument, Hook } from "../../../model/plan/plan.ts";
import type { Arguments, LifecycleHook, LifecycleHooks } from "../read/types.ts";
import { lowerCall } from "./lower-call.ts";
import { lowerArguments } from "./lower-inputs.ts";
import { dialects, intern, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";
import { noteResults } from "./owner.ts";
import type { Owner } from "./owner.ts";
import type { TemplateSpace } from "./template-space.ts";

/** What hooks are lowered for. */
export interface HookContext {
  readonly space: TemplateSpace;
  /** The template around; undefined for hooks of the run. */
  readonly owner: Owner | undefined;
  /** Arguments of an exit hook that brings none: those of the workflow (Argo, LifecycleHook.WithArgs). */
  readonly usual: readonly Argument[];
  readonly place: Place;
  /**
   * Whether the owner is a task of a dag with a loop: its TaskGroup has the lifecycle hooks, once, and the exit hook
   * as well, which each member has too (Argo, dag.go, executeDAGTask). A loop in steps has no node of its own.
   */
  readonly isTaskGroup?: boolean;
}

const noHooks: readonly Hook[] = [];

export function lowerHooks(
  desk: Lowering,
  hooks: LifecycleHooks | undefined,
  onExit: string | undefined,
  context: HookContext,
): readonly Hook[] {
  if (hooks === undefined && (onExit === undefined || onExit === "")) return noHooks;
  const list: Hook[] = [];
  const isExitGiven = onExit !== undefined && onExit !== "";
  if (isExitGiven) {
    const at: Place = { document: context.place.document, path: [...context.place.path, "onExit"] };
    const hook = lowerHook(desk, "exit", { template: onExit }, context, at);
    if (hook !== undefined) list.push(hook);
  }
  for (const [name, hook] of Object.entries(hooks ?? {})) {
    if (name === "exit" && isExitGiven) continue;
    const at: Place = { document: context.place.document, path: [...context.place.path, "hooks", name] };
    const lowered = lowerHook(desk, name, hook, context, at);
    if (lowered !== undefined) list.push(lowered);
  }
  return list;
}

function lowerHook(
  desk: Lowering,
  name: string,
  hook: LifecycleHook,
  context: HookContext,
  place: Place,
): Hook | undefined {
  const isExit = name === "exit";
  const { expression } = hook;
  if (!isExit && (expression === undefined || expression === "")) {
    report(
      desk,
      "error",
      "argo/hook-without-expression",
      `hook ${JSON.stringify(name)} must have an expression`,
      place,
      "only the hook named exit may leave it out",
    );
    return undefined;
  }
  const called = lowerCall(desk, context.space, hook, place, context.owner, name);
  if (called === undefined) return undefined;
  if (context.owner !== undefined) noteArguments(context.owner, hook.arguments, expression);
  const at: Place = { document: place.document, path: [...place.path, "arguments"] };
  const given =
    isExit && isEmpty(hook.arguments)
      ? context.usual
      : lowerArguments(desk, hook.arguments, called.template, at);
  return {
    name,
    on: isExit ? "ended" : "condition",
    ...(context.isTaskGroup === true ? { of: isExit ? "both" : "whole" } : {}),
    ...(expression === undefined || expression === ""
      ? {}
      : { condition: intern(desk, dialects.expr, expression, "boolean") }),
    call: called.call,
    arguments: given,
    at: place.path,
  };
}

function noteArguments(owner: Owner, given: Arguments | undefined, expression: string | undefined): void {
  noteResults(owner, expression);
  for (const parameter of given?.parameters ?? []) noteResults(owner, parameter.value);
}

function isEmpty(given: Arguments | undefined): boolean {
  return (given?.parameters ?? []).length === 0 && (given?.artifacts ?? []).length === 0;
}
