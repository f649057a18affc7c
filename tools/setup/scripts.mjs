// What each npm script runs: arguments for Node 24, relative to the project folder.
// `{project}` stands for the project folder. This table is the one place to change them; arguments after `--` on the command line are appended.
// package.json only names the scripts; a tidy test keeps both lists equal and every entry file present.

/** @type {Readonly<Record<string, readonly string[]>>} */
export const scripts = {
  start: [
    "src/main/millrace.ts",
    "run",
    "examples/forecast-ingest/workflow.yaml",
    "-p",
    "data-dir={project}/examples/forecast-ingest/data",
  ],
  test: ["tools/test.ts"],
  check: ["tools/check.ts"],
  format: ["node_modules/prettier/bin/prettier.cjs", "--write", "."],
  build: ["tools/build.ts"],
  docs: ["tools/docs.ts"],
  sim: ["test/simulation/run.ts"],
  kill: ["test/kill/run.ts"],
  conformance: ["test/conformance/run.ts"],
  bench: ["bench/run.ts"],
};
