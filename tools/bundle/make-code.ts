/**
 * The compiled form of the bundle for this Node, so that the first command of an installed Millrace need not compile.
 * The launcher keeps it after a run that needed it (see bin/millrace.mjs); here such runs are made and what they kept is
 * taken along.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** As small as documents are: what it needs, most runs need. It alone decides what is kept of the start script. */
const smallDocument = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
    - name: main
      steps:
        - - {name: greet, template: greet, arguments: {parameters: [{name: whom, value: you}]}}
        - - name: count
            template: greet
            arguments: {parameters: [{name: whom, value: "{{item}}"}]}
            withSequence: {count: "2"}
    - name: greet
      inputs: {parameters: [{name: whom}]}
      container: {image: busybox, command: [sh, -c], args: ["echo hello {{inputs.parameters.whom}}"]}
`;

/** What many documents need besides: expressions, conditions, dependencies, outputs, artifacts. */
const largerDocument = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: count, value: &two "2"}]}
  templates:
    - name: main
      dag:
        tasks:
          - name: write
            template: write
            arguments: {parameters: [{name: whom, value: "{{= sprig.upper(workflow.parameters.count) + toJson([1, 2])}}"}]}
          - name: read
            template: read
            depends: write.Succeeded
            when: "{{workflow.parameters.count}} > 1 && '{{tasks.write.outputs.parameters.line}}' != ''"
            arguments:
              artifacts: [{name: file, from: "{{tasks.write.outputs.artifacts.file}}"}]
              parameters: [{name: count, value: *two}]
    - name: write
      inputs: {parameters: [{name: whom}]}
      container: {image: busybox, command: [sh, -c], args: ["echo hello {{inputs.parameters.whom}} >/tmp/file"]}
      outputs:
        parameters: [{name: line, valueFrom: {path: /tmp/file}}]
        artifacts: [{name: file, path: /tmp/file}]
    - name: read
      inputs: {parameters: [{name: count}], artifacts: [{name: file, path: /tmp/file}]}
      container: {image: busybox, command: [cat], args: [/tmp/file]}
`;

/** Runs documents with the launcher and copies the code that it keeps into `folder`; returns the names of the files. */
export function makeCode(launcher: string, folder: string): readonly string[] {
  const scratch = mkdtempSync(join(tmpdir(), "millrace-build-"));
  try {
    for (const document of [smallDocument, largerDocument]) {
      const file = join(scratch, "document.yaml");
      writeFileSync(file, document);
      execFileSync(process.execPath, [launcher, "run", file, "--executor", "process"], {
        cwd: scratch,
        env: { PATH: process.env["PATH"], HOME: scratch, XDG_CACHE_HOME: scratch },
        stdio: ["ignore", "ignore", "inherit"],
      });
    }
    const kept = join(scratch, "millrace", "code");
    const names = readdirSync(kept);
    for (const name of names) {
      // Kept twice, so that damage shows; beside the bundle it is as safe as the bundle, which is there once.
      const twice = readFileSync(join(kept, name));
      writeFileSync(join(folder, name), twice.subarray(0, twice.length / 2));
    }
    return names;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
