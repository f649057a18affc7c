/** What a run gave back: parameters as texts, artifacts with size and place. */
import type { House, RunPicture } from "../../api/house.ts";
import { isJsonObject } from "../../base/json.ts";
import type { Json } from "../../base/json.ts";
import { formatBytes } from "./format-bytes.ts";
import type { Style } from "./style.ts";

/** Lines under a heading; none when there is nothing. */
export function formatOutputs(picture: RunPicture, house: House, style: Style): readonly string[] {
  const { parameters, files } = picture.view.finalOutputs(picture.state);
  const lines = [
    ...Object.entries(parameters).flatMap(([name, value]) => formatParameter(name, value)),
    ...Object.entries(files).map(
      ([name, value]) => `  ${name}: ${describeFile(value, house.artifactPath(picture, value))}`,
    ),
  ];
  return lines.length === 0 ? [] : [style.paint("strong", "Outputs:"), ...lines];
}

/** `  name: value`; texts of several lines stand below, indented. */
export function formatParameter(name: string, value: Json): readonly string[] {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const lines = text.replace(/\n$/, "").split("\n").map(stripControls);
  if (lines.length === 1) return [`  ${name}: ${lines[0] ?? ""}`];
  return [`  ${name}:`, ...lines.map((line) => `    ${line}`)];
}

function stripControls(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, " ");
}

function describeFile(value: Json, path: string | undefined): string {
  const size = findSize(value);
  const shown = path ?? findDigest(value) ?? "not kept";
  return size === undefined ? shown : `${shown} (${formatBytes(size)})`;
}

function findContent(value: Json): { readonly [key: string]: Json } | undefined {
  const artifact = isJsonObject(value) ? value["artifact"] : undefined;
  const content = isJsonObject(artifact) ? artifact["content"] : undefined;
  return isJsonObject(content) ? content : undefined;
}

function findSize(value: Json): number | undefined {
  const size = findContent(value)?.["sizeBytes"];
  return typeof size === "number" ? size : undefined;
}

function findDigest(value: Json): string | undefined {
  const digest = findContent(value)?.["digest"];
  return typeof digest === "string" ? digest : undefined;
}
