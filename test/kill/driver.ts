/**
 * The engine that gets killed: opens the home, takes over the run that lies there (or submits it), and drives it to its
 * end. Prints `ready`, a line for every commit, and at the end one line with the result.
 */
import { readFileSync } from "node:fs";
import { createHouse } from "../../src/main/house.ts";
import { describeRun } from "../simulation/describe-run.ts";

const [home = "", document = "", executor = "process"] = process.argv.slice(2);
const house = createHouse(home);
const engine = await house.openEngine({ executor, parallel: 4 });
const [row] = await house.list();
let name = row?.name;
if (name === undefined) {
  const answer = await engine.submit({
    source: readFileSync(document, "utf8"),
    file: document,
    submission: { parameters: {} },
  });
  if (!answer.ok) throw new Error(JSON.stringify(answer.diagnostics));
  name = answer.name;
} else await engine.adopt(name);
console.log("ready");
engine.watch(name, (_, events) => console.log(`commit ${events.length}`));
const how = await engine.settled(name);
const { state } = engine.picture(name);
console.log(`result ${JSON.stringify({ how, text: describeRun(state) })}`);
await engine.close({ leaveRunning: false });
