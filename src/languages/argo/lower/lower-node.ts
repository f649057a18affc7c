/** What a member of a steps group and a dag task have in common: call, arguments, condition, loop, hooks. */
import { isJsonObject } from "../../../base/json.ts";
import type { Json } from "../../../base/json.ts";
import type { Argument, Each, Guard, Node } from "../../../model/plan/plan.ts";
import type { Invocation, Sequence } from "../read/types.ts";
import { lowerCall } from "./lower-call.ts";
import { lowerHooks } from "./lower-hooks.ts";
import { lowerArguments } from "./lower-inputs.ts";
import { lowerInteger } from "./lower-numbers.ts";
import { dialects, intern } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";
import { noteResults } from "./owner.ts";
import type { Owner } from "./owner.ts";

/** Where a node stands in its region. */
export interface NodeOrder {
  readonly needs: readonly number[];
  readonly guard?: Guard;
}

/** Undefined when the called template does not exist; the problem is reported. */
export function lowerNode(
  desk: Lowering,
  owner: Owner,
  invocation: Invocation,
  order: NodeOrder,
  place: Place,
  entryArguments: readonly Argument[],
): Node | undefined {
  const { name = "", when, continueOn, hooks, onExit } = invocation;
  const called = lowerCall(desk, owner.space, invocation, place, owner, name);
  if (called === undefined) return undefined;
  noteMentions(owner, invocation);
  const each = lowerEach(desk, invocation, place);
  const own = lowerArguments(desk, invocation.arguments, called.template, place);
  const captured =
    called.captured === undefined ? undefined : lowerArguments(desk, called.captured, called.template, place);
  const passed = captured === undefined ? own : [...own, ...captured];
  const tolerates = { failed: continueOn?.failed === true, errored: continueOn?.error === true };
  const node: Writable<Node> = {
    name,
    needs: order.needs,
    call: called.call,
    at: place.path,
  };
  // Set afterwards, because most nodes have none of these, a dag may have ten thousand, and all of it is written down.
  if (passed.length > 0) node.arguments = passed;
  if (tolerates.failed || tolerates.errored) node.tolerates = tolerates;
  if (hooks !== undefined || onExit !== undefined) {
    const isTaskGroup = each !== undefined && owner.template.dag !== undefined;
    const { space } = owner;
    node.hooks = lowerHooks(desk, hooks, onExit, { space, owner, usual: entryArguments, place, isTaskGroup });
  }
  if (order.guard !== undefined) node.guard = order.guard;
  if (when !== undefined && when !== "") node.condition = intern(desk, dialects.when, when, "boolean");
  if (each !== undefined) node.each = each;
  return node;
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

function noteMentions(owner: Owner, invocation: Invocation): void {
  noteResults(owner, invocation.when);
  noteResults(owner, invocation.withParam);
  const { withSequence, withItems, inline, arguments: given } = invocation;
  given?.parameters?.forEach((parameter) => {
    noteResults(owner, parameter.value);
    noteResults(owner, parameter.valueFrom?.expression);
  });
  given?.artifacts?.forEach((artifact) => noteResults(owner, artifact.raw?.data));
  if (withSequence !== undefined) noteResults(owner, JSON.stringify(withSequence));
  if (withItems !== undefined && withItems.some(hasTags)) noteResults(owner, JSON.stringify(withItems));
  if (inline !== undefined) noteResults(owner, JSON.stringify(inline));
}

function lowerEach(desk: Lowering, invocation: Invocation, place: Place): Each | undefined {
  const { withItems, withParam, withSequence } = invocation;
  // An empty list written in the document is no loop at all (Argo, ShouldExpand); a computed one skips.
  if (withItems !== undefined && withItems.length > 0) {
    if (!withItems.some(hasTags)) return { kind: "items", items: withItems };
    return { kind: "items", items: intern(desk, dialects.items, JSON.stringify(withItems), "list") };
  }
  if (withParam !== undefined && withParam !== "") {
    return { kind: "items", items: intern(desk, dialects.text, withParam, "list") };
  }
  return withSequence === undefined ? undefined : lowerSequence(desk, withSequence, place);
}

function lowerSequence(desk: Lowering, sequence: Sequence, place: Place): Each {
  const at: Place = { document: place.document, path: [...place.path, "withSequence"] };
  const number = (value: number | string | undefined, field: string) =>
    value === undefined ? undefined : lowerInteger(desk, value, `withSequence.${field}`, at);
  if (sequence.format !== undefined && sequence.format !== "") {
    // Formatting is Go's printf, which only the evaluator of this language knows: the items are a computed list.
    return { kind: "items", items: intern(desk, dialects.sequence, JSON.stringify(sequence), "list") };
  }
  const count = number(sequence.count, "count");
  const end = number(sequence.end, "end");
  return {
    kind: "sequence",
    start: number(sequence.start, "start") ?? 0,
    ...(count === undefined ? {} : { count }),
    ...(end === undefined || count !== undefined ? {} : { end }),
  };
}

function hasTags(value: Json): boolean {
  if (typeof value === "string") return value.includes("{{");
  if (Array.isArray(value)) return value.some(hasTags);
  return (
    isJsonObject(value) && Object.entries(value).some(([key, item]) => key.includes("{{") || hasTags(item))
  );
}
