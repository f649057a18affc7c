/**
 * Inline templates see the template around them: Argo replaces the tags of a template's whole text before it looks
 * into the inline templates that stand in it, so their `inputs.parameters.x`, `item` and `steps.x` may be the outer ones.
 * Here each such tag becomes a hidden input of the inline template, with an argument that the outer template evaluates.
 */
import { isJsonObject } from "../../../base/json.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import type { Arguments, Template } from "../read/types.ts";
import type { Owner } from "./owner.ts";

/** Begins the names of hidden inputs; views leave them out. */
export const outerPrefix = "outer ";

/** The inline template with its outer tags replaced, and the arguments for the hidden inputs. */
export function captureOuter(
  inline: Template,
  owner: Owner,
): { readonly template: Template; readonly captured: Arguments | undefined } {
  const text = JSON.stringify(inline);
  if (!text.includes("{{")) return { template: inline, captured: undefined };
  const isOuter = createOuterTest(inline, owner);
  const ports = new Map<string, string>();
  const replace = (source: string): string =>
    source.replace(/\{\{(.*?)\}\}/gsu, (tag, content: string) => {
      if (!isOuter(content)) return tag;
      const port = ports.get(tag) ?? `${outerPrefix}${ports.size}`;
      ports.set(tag, port);
      return `{{inputs.parameters.${port}}}`;
    });
  const replaced = mapTexts(inline as unknown as JsonObject, replace) as unknown as Template;
  if (ports.size === 0) return { template: inline, captured: undefined };
  const hidden = [...ports].map(([tag, name]) => ({ name, value: tag }));
  const parameters = [...(replaced.inputs?.parameters ?? []), ...hidden.map(({ name }) => ({ name }))];
  return {
    template: { ...replaced, inputs: { ...replaced.inputs, parameters } },
    captured: { parameters: hidden },
  };
}

function createOuterTest(inline: Template, owner: Owner): (content: string) => boolean {
  const inputs = (owner.template.inputs?.parameters ?? []).map(({ name = "" }) => name);
  const inner = new Set(
    [...(inline.steps ?? []).flat(), ...(inline.dag?.tasks ?? [])].map(({ name }) => name),
  );
  const hasLoops = [...(inline.steps ?? []).flat(), ...(inline.dag?.tasks ?? [])].some(
    (node) => node.withItems !== undefined || node.withParam !== undefined || node.withSequence !== undefined,
  );
  return (content) => {
    const isExpression = content.startsWith("=");
    const source = isExpression ? content : content.trim();
    const refers = (name: string): boolean =>
      isExpression ? source.includes(name) : source === name || source.startsWith(`${name}.`);
    if (!hasLoops && (isExpression ? /(?<![\w.])item(?!\w)/u.test(source) : refers("item"))) return true;
    if (
      inputs.some(
        (name) =>
          refers(`inputs.parameters.${name}`) ||
          source.includes(`inputs.parameters['${name}']`) ||
          source.includes(`inputs.parameters["${name}"]`),
      )
    )
      return true;
    const sibling = /(?:steps|tasks)(?:\.([\p{L}\p{N}_-]+)|\[["'](.+?)["']\])/u.exec(source);
    const name = sibling?.[1] ?? sibling?.[2];
    return name !== undefined && owner.indexOf.has(name) && !inner.has(name);
  };
}

function mapTexts(value: Json, replace: (text: string) => string): Json {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return value.map((item: Json) => mapTexts(item, replace));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, replace)]));
}
