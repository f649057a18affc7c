/** Documents written by others, when they are at hand: everything that needs only processes compiles. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { compile } from "./support.ts";

const root = new URL("../../../../shared/conformance/argo/", import.meta.url);
const casesFile = new URL("cases.json", root);

interface Case {
  readonly id: string;
  readonly tier: string;
  readonly document: string;
  readonly doc?: number;
  readonly expect: string;
}

const missing = existsSync(casesFile) ? undefined : `no conformance documents at ${casesFile.pathname}`;

test("documents that need only processes lower without errors", { skip: missing }, () => {
  const cases = (JSON.parse(readFileSync(casesFile, "utf8")) as readonly Case[]).filter(
    ({ tier, expect }) =>
      (tier === "process" || tier === "process+pod-assert") && expect !== "LintError" && expect !== "Created",
  );
  assert.ok(cases.length > 100, `only ${cases.length} cases`);
  const bad = cases.flatMap(({ id, document, doc = 0 }) => {
    const { diagnostics, plan } = compile(readFileSync(new URL(document, root), "utf8"), { document: doc });
    const errors = diagnostics
      .filter(({ severity }) => severity === "error")
      .map(({ code, message }) => `${id}: ${code}: ${message}`);
    return errors.length === 0 && plan === undefined ? [`${id}: no plan`] : errors;
  });
  assert.deepEqual(bad, []);
});
