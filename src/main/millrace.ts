/** The program: gives the command line its world and its house. */
import { resolve } from "node:path";
import { runCli } from "../cli/cli.ts";
import { createHouse } from "./house.ts";

/** Folder of the home when nobody names one, below the working folder. */
const defaultHome = ".millrace";

const exitCode = await runCli(
  process.argv.slice(2),
  {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    isTTY: process.stdout.isTTY === true,
    get columns() {
      return process.stdout.columns ?? 80;
    },
    get rows() {
      return process.stdout.rows ?? 24;
    },
    env: process.env,
    cwd: process.cwd(),
    onInterrupt: (callback) => {
      process.on("SIGINT", callback);
      process.on("SIGTERM", callback);
    },
    onResize: (callback) => process.stdout.on("resize", callback),
  },
  (home) => createHouse(resolve(home ?? process.env["MILLRACE_HOME"] ?? defaultHome)),
);
process.exitCode = exitCode;
