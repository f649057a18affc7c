/** Image names, the table behind them, and what a command becomes on a machine with known programs. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { findImageEntry, readImageName } from "../../src/executors/images/image-table.ts";
import { createCommandResolver } from "../../src/executors/images/resolve-command.ts";
import { createToolShelf } from "../../src/executors/images/tool-shelf.ts";
import { makeCommand } from "../../src/ports/conformance/executor-bench.ts";
import { makeTemporaryPlace } from "./temporary-place.ts";

test("image names are taken apart", () => {
  const digest = `sha256:${"0".repeat(64)}`;
  const names: readonly (readonly [string, ReturnType<typeof readImageName>])[] = [
    ["alpine", { repository: "alpine" }],
    ["library/alpine:3.23", { repository: "alpine", tag: "3.23" }],
    ["docker.io/library/python:3.12-slim", { registry: "docker.io", repository: "python", tag: "3.12-slim" }],
    ["localhost:5000/a/b:c", { registry: "localhost:5000", repository: "a/b", tag: "c" }],
    ["localhost/a", { registry: "localhost", repository: "a" }],
    [
      `quay.io/argoproj/argosay:v2@${digest}`,
      { registry: "quay.io", repository: "argoproj/argosay", tag: "v2" },
    ],
    [" busybox ", { repository: "busybox" }],
  ];
  for (const [image, expected] of names) assert.deepEqual(readImageName(image), expected, image);
});

test("the user's lines come first, then the most exact name, then patterns", () => {
  const own = {
    "acme/tool": { entrypoint: ["tool"] },
    "python:3.9": { cmd: ["python3.9"] },
    "team-*": { cmd: ["bash"] },
  };
  assert.deepEqual(findImageEntry("registry.acme.io/acme/tool:7", own)?.entrypoint, ["tool"]);
  assert.deepEqual(findImageEntry("python:3.9", own)?.cmd, ["python3.9"]);
  assert.deepEqual(findImageEntry("python:3.12", own)?.cmd, ["python3"]);
  assert.deepEqual(findImageEntry("team-blue:1", own)?.cmd, ["bash"]);
  assert.deepEqual(findImageEntry("argoproj/argosay:v1", {})?.cmd, ["cowsay"]);
  assert.deepEqual(findImageEntry("argoproj/argosay:v2", {})?.entrypoint, ["/argosay"]);
  assert.ok(findImageEntry("python:alpine3.23", {})?.aliases["sh"]?.includes("busybox"));
  for (const image of ["acme/unknown:1", "constructor", "__proto__", ""])
    assert.equal(findImageEntry(image, {}), undefined, image);
});

test("commands are resolved against what the machine has", () => {
  const place = makeTemporaryPlace();
  try {
    const programs = ["sh", "python3", "tool"];
    mkdirSync(join(place, "bin"));
    for (const name of programs) {
      writeFileSync(join(place, "bin", name), "#!/bin/sh\necho ran\n");
      chmodSync(join(place, "bin", name), 0o755);
    }
    const path = join(place, "bin");
    const shelf = createToolShelf(join(place, "tools"));
    const resolver = createCommandResolver(shelf, path, {
      "acme/tool": { entrypoint: ["tool"], cmd: ["--help"] },
    });
    const resolve = (image: string, command: readonly string[], args: readonly string[] = []): unknown => {
      const resolved = resolver.resolve(makeCommand({ image, command, args }), (own) =>
        own.startsWith("/tmp/"),
      );
      return resolved.ok ? resolved.value.argv : "code" in resolved.error && resolved.error.code;
    };
    assert.deepEqual(resolve("acme/tool", []), [join(path, "tool"), "--help"]);
    assert.deepEqual(resolve("acme/tool", [], ["x"]), [join(path, "tool"), "x"]);
    assert.deepEqual(resolve("acme/tool", ["sh"], ["x"]), [join(path, "sh"), "x"]);
    assert.deepEqual(resolve("acme/other", ["/tmp/own"]), ["/tmp/own"]);
    assert.deepEqual(resolve("acme/other", ["/usr/local/bin/tool"]), [join(path, "tool")]);
    assert.equal(resolve("acme/other", ["/opt/app/server"]), "executor/missing-tool");
    assert.equal(resolve("acme/other", []), "executor/no-command");
    assert.equal(resolve("curlimages/curl", ["sh", "-c", "true"]), "executor/missing-tool");
    const [python] = resolve("python:3.12", ["python", "-c", "1"]) as readonly string[];
    assert.equal(basename(python ?? ""), "python");
    assert.match(readFileSync(python ?? "", "utf8"), /bin\/python3' "\$@"/);
    const missing = resolver.resolve(makeCommand({ image: "node:20", command: ["node"] }), () => false);
    assert.match(JSON.stringify(missing), /node:20.*node.*images.json/);
  } finally {
    rmSync(place, { recursive: true });
  }
});
