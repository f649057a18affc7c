/**
 * The compiled form of the bundle for this Node, so that the first command of an installed Millrace need not compile.
 * The launcher keeps it after a first run (see bin/millrace.mjs); here that run is made and what it kept is taken along.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** As small as a document gets: what it needs, every run needs. */
const document = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
    - name: main
      steps:
        - - {name: greet, template: greet, arguments: {parameters: [{name: whom, value: you}]}}
    - name: greet
      inputs: {parameters: [{name: whom}]}
      container: {image: busybox, command: [sh, -c], args: ["echo hello {{inputs.parameters.whom}}"]}
`;

/** Runs a document with the launcher and copies the code that it keeps into `folder`; returns its name. */
export function makeCode(launcher: string, folder: string): string {
  const scratch = mkdtempSync(join(tmpdir(), "millrace-build-"));
  try {
    const file = join(scratch, "document.yaml");
    writeFileSync(file, document);
    execFileSync(process.execPath, [launcher, "run", file, "--executor", "process"], {
      cwd: scratch,
      env: { PATH: process.env["PATH"], HOME: scratch, XDG_CACHE_HOME: scratch },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const kept = join(scratch, "millrace", "code");
    const [name] = readdirSync(kept);
    if (name === undefined) throw new Error("the launcher kept no code");
    copyFileSync(join(kept, name), join(folder, name));
    chmodSync(join(folder, name), 0o644);
    return name;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
