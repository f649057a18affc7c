/** An S3 server for tests: the development dependency s3rver, in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { TestContext } from "node:test";
import type { JsonObject } from "../../src/base/json.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

/** Why tests with an S3 server cannot run here; false when they can. */
export const needsS3: string | false = findProblem();

function findProblem(): string | false {
  for (const name of ["s3rver", "@aws-sdk/client-s3"]) {
    try {
      import.meta.resolve(name);
    } catch {
      return `the npm package ${name} is not installed`;
    }
  }
  return false;
}

/** Starts a server with the bucket `bucket`; gives the settings of a place in it. */
export async function startS3Server(context: TestContext): Promise<JsonObject> {
  const script = fileURLToPath(new URL("./s3-server.mjs", import.meta.url));
  const child = spawn(process.execPath, ["--no-deprecation", script, makeTemporaryFolder(context)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  context.after(async () => {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return {
    endpoint: `127.0.0.1:${line.toString("utf8").trim()}`,
    insecure: true,
    bucket: "bucket",
    accessKey: "S3RVER",
    secretKey: "S3RVER",
  };
}
