/**
 * `npm test`: types, lint, then every `*.test.ts` (the tidy rules are among them).
 * Arguments are passed on to Node's test runner: `npm test -- test/engine` or `npm test -- --test-name-pattern=retry`.
 * With file arguments only those tests run, and the static checks are left to the full run.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { correctnessChecks, projectFolder, runAttached, runChecks } from "./checks.ts";

/** A folder stands for the tests in it; anything else is taken as it is. */
function toTestPattern(argument: string): string {
  const found = statSync(join(projectFolder, argument), { throwIfNoEntry: false });
  return found?.isDirectory() === true ? `${argument.replace(/\/$/, "")}/**/*.test.ts` : argument;
}

const options = process.argv.slice(2).filter((argument) => argument.startsWith("-"));
const patterns = process.argv
  .slice(2)
  .filter((argument) => !argument.startsWith("-"))
  .map(toTestPattern);

const failedChecks = patterns.length > 0 ? 0 : await runChecks(correctnessChecks);
const testsCode = await runAttached([
  "--test",
  "--test-concurrency=2",
  ...options,
  ...(patterns.length > 0 ? patterns : ["test/**/*.test.ts"]),
]);
if (failedChecks > 0) console.log(`${failedChecks} static check(s) failed, see the top of this output`);
process.exitCode = failedChecks > 0 ? 1 : testsCode;
