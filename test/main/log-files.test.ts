/** Labels of logs (`logs -l`) come from the orders of attempts, and those may be lost while the logs are not. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { argo } from "../../src/languages/argo/argo.ts";
import { openHome } from "../../src/main/home.ts";
import { listLogFiles } from "../../src/main/log-files.ts";
import { makePicture } from "../cli/fake-picture.ts";
import { run, start } from "../languages/argo-lower/folded-run.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

const spec = `
    entrypoint: main
    templates:
      - name: main
        container: {image: alpine, command: [sh, -c, "echo up"]}
`;

test("an order that is missing or cut off takes no log away, only its labels", (context) => {
  const root = makeTemporaryFolder(context);
  const home = openHome(root);
  const folder = join(home.runs, "wf", "0");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "main.out"), "up\n");
  const picture = {
    ...makePicture({ name: "wf", phase: "running", tasks: [] }),
    state: run(spec, [start(0, 0)]),
    view: argo.view,
  };
  const readLabels = (): unknown => {
    const [file, ...others] = listLogFiles(home, picture, undefined);
    assert.deepEqual([file?.path, others], [join(folder, "main.out"), []]);
    return file?.readLabels?.();
  };
  const own = { "workflows.argoproj.io/workflow": "wf" };
  const order = join(folder, "order.json");
  const whole = JSON.stringify({ hints: { metadata: { labels: { team: "a" } } } });
  assert.deepEqual(readLabels(), own, "missing");
  writeFileSync(order, whole);
  assert.deepEqual(readLabels(), { team: "a", ...own }, "whole");
  for (const cut of [whole.slice(0, -10), "", "\0\0\0\0", "null"]) {
    writeFileSync(order, cut);
    assert.deepEqual(readLabels(), own, JSON.stringify(cut));
  }
  // Anything else that is wrong with it is no power cut.
  rmSync(order);
  mkdirSync(order);
  assert.throws(readLabels, { code: "EISDIR" });
});
