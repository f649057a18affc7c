/**
 * The compiled form of the bundle for this Node, so that the first command of an installed Millrace need not compile.
 * The launcher keeps it after a run that needed it (see bin/millrace.cjs); here such runs are made and what they kept is
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

/** What a cold start is measured with. */
const oneStep = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates: [{name: main, container: {image: busybox, command: ["true"]}}]
`;

/** Runs documents with the launcher and copies the code that it keeps into `folder`; returns the names of the files. */
export function makeCode(launcher: string, folder: string): readonly string[] {
  checkStart(keepCode(launcher, [oneStep], (kept) => readdirSync(kept)));
  return keepCode(launcher, [smallDocument, largerDocument], (kept) => {
    const names = readdirSync(kept);
    for (const name of names) {
      // Kept twice, so that damage shows; beside the bundle it is as safe as the bundle, which is there once.
      const twice = readFileSync(join(kept, name));
      writeFileSync(join(folder, name), twice.subarray(0, twice.length / 2));
    }
    return names;
  });
}

/** Runs the documents with an empty cache, and returns what `take` makes of the folder of code that they leave there. */
function keepCode<T>(launcher: string, documents: readonly string[], take: (kept: string) => T): T {
  const scratch = mkdtempSync(join(tmpdir(), "millrace-build-"));
  try {
    for (const document of documents) {
      const file = join(scratch, "document.yaml");
      writeFileSync(file, document);
      execFileSync(process.execPath, [launcher, "run", file, "--executor", "process"], {
        cwd: scratch,
        env: { PATH: process.env["PATH"], HOME: scratch, XDG_CACHE_HOME: scratch },
        stdio: ["ignore", "ignore", "inherit"],
      });
    }
    return take(join(scratch, "millrace", "code"));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Complains when a run of one step needs a script besides the start script: looking for it takes longer than having it. */
function checkStart(names: readonly string[]): void {
  for (const name of names.filter((each) => !each.includes("-millrace-"))) {
    console.error(
      `a run of one step loads ${name}; take what it calls out of tools/bundle/later-modules.txt`,
    );
    process.exitCode = 1;
  }
}
