/**
 * Whom a step, a task or a hook calls: a template by name, a stored template by reference, or a template in place.
 * Processes are reserved when they are first called and lowered later, so recursion needs no care.
 */
import type { Call } from "../../../model/plan/plan.ts";
import type { Arguments, Template, TemplateCall } from "../read/types.ts";
import { captureOuter } from "./capture-outer.ts";
import type { Owner } from "./owner.ts";
import { dialects, intern, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";
import { findSpace } from "./template-source.ts";
import type { TemplateSource, TemplateSpace } from "./template-space.ts";

export interface LoweredCall {
  readonly call: Call;
  /** The called template; undefined when it is only known at run time. */
  readonly template: Template | undefined;
  /** What an inline template takes from the template around it. */
  readonly captured?: Arguments;
}

/** Reserves the process of a template; returns its index. */
export function reserveProcess(
  desk: Lowering,
  space: TemplateSpace,
  id: string,
  source: TemplateSource,
): number {
  const known = desk.processById.get(id);
  if (known !== undefined) return known;
  const index = desk.processes.length;
  desk.processes.push(undefined);
  desk.processById.set(id, index);
  desk.queue.push({ index, id, space, source });
  return index;
}

/** Undefined when the called template does not exist; the problem is reported. */
export function lowerCall(
  desk: Lowering,
  space: TemplateSpace,
  call: TemplateCall,
  place: Place,
  inlineOwner: Owner | undefined,
  name: string,
): LoweredCall | undefined {
  if (call.inline !== undefined) return lowerInline(desk, space, call.inline, place, inlineOwner, name);
  if (call.templateRef !== undefined) return lowerTemplateRef(desk, call, place);
  const template = call.template ?? "";
  if (template.includes("{{")) {
    reserveAll(desk, space);
    return {
      call: { kind: "named", id: intern(desk, dialects.text, space.prefix + template, "text") },
      template: undefined,
    };
  }
  return callIn(desk, space, template, place);
}

function callIn(
  desk: Lowering,
  space: TemplateSpace,
  template: string,
  place: Place,
): LoweredCall | undefined {
  const source = space.byName.get(template);
  if (source === undefined) {
    const where = space.prefix === "" ? "" : ` in ${space.prefix.slice(0, -1)}`;
    report(
      desk,
      "error",
      "argo/unknown-template",
      `template name '${template}' undefined${where}`,
      place,
      space.byName.size === 0
        ? undefined
        : `known templates are ${[...space.byName.keys()].slice(0, 20).join(", ")}`,
    );
    return undefined;
  }
  const process = reserveProcess(desk, space, space.prefix + template, source);
  return { call: { kind: "process", process }, template: source.template };
}

function lowerTemplateRef(desk: Lowering, call: TemplateCall, place: Place): LoweredCall | undefined {
  const ref = call.templateRef ?? {};
  const { name = "", template = "" } = ref;
  const space = findSpace(desk, ref);
  if (name.includes("{{") || (space !== undefined && template.includes("{{"))) {
    for (const one of desk.spaces.values()) if (space === undefined || one === space) reserveAll(desk, one);
    const id = `${ref.clusterScope === true ? "cluster:" : ""}${name}/${template}`;
    return { call: { kind: "named", id: intern(desk, dialects.text, id, "text") }, template: undefined };
  }
  if (space === undefined) {
    const kind = ref.clusterScope === true ? "ClusterWorkflowTemplate" : "WorkflowTemplate";
    report(
      desk,
      "error",
      "argo/unknown-workflow-template",
      `${kind} ${JSON.stringify(name)} not found`,
      place,
      `store it, or give its file together with this one`,
    );
    return undefined;
  }
  return callIn(desk, space, template, place);
}

function reserveAll(desk: Lowering, space: TemplateSpace): void {
  desk.namedCalls = true;
  for (const [name, source] of space.byName) reserveProcess(desk, space, space.prefix + name, source);
}

function lowerInline(
  desk: Lowering,
  space: TemplateSpace,
  inline: Template,
  place: Place,
  owner: Owner | undefined,
  name: string,
): LoweredCall {
  const path = [...place.path, "inline"];
  const outer = owner === undefined ? { template: inline, captured: undefined } : captureOuter(inline, owner);
  const id = `${owner?.id ?? space.prefix}>${name}`;
  const process = reserveProcess(desk, space, id, {
    template: outer.template,
    document: place.document,
    path,
  });
  return {
    call: { kind: "process", process },
    template: outer.template,
    ...(outer.captured === undefined ? {} : { captured: outer.captured }),
  };
}
