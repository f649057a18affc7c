/** The program: gives the command line its world and its house. */
import { resolve } from "node:path";
import { runCli } from "../cli/cli.ts";
import { createProcessIo } from "../cli/process-io.ts";
import { createHouse } from "./house.ts";

/** Folder of the home when nobody names one, below the working folder. */
const defaultHome = ".millrace";

process.exitCode = await runCli(process.argv.slice(2), createProcessIo(), (home) =>
  createHouse(resolve(home ?? process.env["MILLRACE_HOME"] ?? defaultHome)),
);
