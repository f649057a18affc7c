/** `millrace version`. */
import { existsSync, readFileSync } from "node:fs";
import { isJsonObject } from "../../base/json.ts";
import type { Json } from "../../base/json.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { printStructured } from "../render/structured.ts";

export const command = defineCommand({
  name: "version",
  summary: "print the version",
  operands: "",
  operandsAtLeast: 0,
  operandsAtMost: 0,
  completes: "nothing",
  flags: { output: { kind: "choice", short: "o", choices: ["json", "yaml"], help: "for programs" } } as const,
  examples: [{ line: "millrace version", does: "which Millrace and which Node" }],
  run: ({ out }, flags) => {
    const version = findVersion();
    const node = process.versions.node;
    if (flags.output === undefined)
      out.line(`millrace ${version} (Node.js ${node}, ${process.platform} ${process.arch})`);
    else
      printStructured(out, flags.output, { version, node, platform: process.platform, arch: process.arch });
    return Promise.resolve(exitCodes.succeeded);
  },
});

/** The build writes the version into the bundle; in a clone it stands in package.json. */
function findVersion(): string {
  const built = process.env["MILLRACE_VERSION"];
  if (built !== undefined && built !== "") return built;
  const path = new URL("../../../package.json", import.meta.url);
  const description: Json = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Json) : null;
  const version = isJsonObject(description) ? description["version"] : undefined;
  return typeof version === "string" ? version : "unknown";
}
