/** `npm run check`: types, lint and layout, without running a test. */
import { correctnessChecks, layoutCheck, runChecks } from "./checks.ts";

const failed = await runChecks([...correctnessChecks, layoutCheck]);
process.exitCode = failed === 0 ? 0 : 1;
