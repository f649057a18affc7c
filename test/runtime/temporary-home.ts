/** Homes and documents for tests with a real engine. */
import { type TestContext } from "node:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Engine, House } from "../../src/api/house.ts";
import { createHouse } from "../../src/main/house.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

/** Why tests with real commands cannot run here; false when they can. */
export const needsShell = existsSync("/bin/sh") ? false : "there is no /bin/sh";

export const engineOptions = { executor: "process", parallel: 2 } as const;

/** Says something, waits for a person, and says something more; each step keeps a file. */
const pausedDocument = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  name: paused
spec:
  entrypoint: main
  templates:
    - name: main
      steps:
        - - {name: before, template: say}
        - - {name: pause, template: pause}
        - - {name: after, template: say}
    - name: pause
      suspend: {}
    - name: say
      script:
        image: alpine:3
        command: [sh]
        source: |
          echo said > /tmp/said
          echo said
      outputs:
        artifacts: [{name: said, path: /tmp/said}]
`;

export function makeHouse(context: TestContext): House {
  return createHouse(join(makeTemporaryFolder(context), "home"));
}

/** Submits the paused document and waits until it waits. */
export async function submitPaused(engine: Engine): Promise<string> {
  const answer = await engine.submit({
    source: pausedDocument,
    file: "paused.yaml",
    submission: { parameters: {} },
  });
  if (!answer.ok) throw new Error(JSON.stringify(answer.diagnostics));
  const how = await engine.settled(answer.name);
  if (how !== "suspended") throw new Error(`the run is ${how} instead of waiting`);
  return answer.name;
}

/** Opens an engine for the time of some work; it is closed in every case. */
export async function withEngine(house: House, work: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await house.openEngine(engineOptions);
  try {
    await work(engine);
  } finally {
    await engine.close({ leaveRunning: false });
  }
}
