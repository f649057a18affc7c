/** How js-yaml is asked to read: scalars and tags as Go takes them (see go-scalars.ts), with limits. */
import { Schema, Type } from "js-yaml";
import type { LoadOptions } from "js-yaml";
import { resolveGoScalar } from "./go-scalars.ts";

const goScalar = new Type("tag:yaml.org,2002:go-scalar", {
  kind: "scalar",
  resolve: (data: string | null) => data === null || resolveGoScalar(data) !== undefined,
  construct: (data: string | null) => (data === null ? null : resolveGoScalar(data)),
});

const merge = new Type("tag:yaml.org,2002:merge", {
  kind: "scalar",
  resolve: (data: string) => data === "<<",
});

const explicitText = new Type("tag:yaml.org,2002:str", {
  kind: "scalar",
  construct: (data: string | null) => data ?? "",
});

const explicitScalars = ["null", "bool", "int", "float", "timestamp"].map(
  (name) =>
    new Type(`tag:yaml.org,2002:${name}`, {
      kind: "scalar",
      construct: (data: string | null) => (data === null ? null : (resolveGoScalar(data) ?? data)),
    }),
);

/** Any other tag is ignored, as Go ignores it: the value counts as written. */
const ignoredTags = (["scalar", "sequence", "mapping"] as const).flatMap((kind) =>
  ["!", "tag:"].map((tag) => new Type(tag, { kind, multi: true, construct: (data: unknown) => data })),
);

const goSchema: Schema = new Schema({
  implicit: [goScalar, merge],
  explicit: [explicitText, ...explicitScalars, ...ignoredTags],
});

/** js-yaml also knows limits that its types do not list: nesting, and keys copied by merges. */
export const yamlOptions: LoadOptions & { readonly maxDepth: number; readonly maxTotalMergeKeys: number } = {
  schema: goSchema,
  maxDepth: 250,
  maxTotalMergeKeys: 200_000,
};
