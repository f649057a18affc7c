/** The stand-in for the nc of busybox: what daemons and those who look for them do with it. */
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { standIns } from "../../src/executors/images/stand-ins.ts";

const hasPerl = spawnSync("perl", ["-v"]).status === 0;
const skip = hasPerl ? false : "there is no perl";

function makeProgram(): { readonly nc: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "millrace-nc-"));
  const nc = join(folder, "nc");
  writeFileSync(nc, standIns["nc"] ?? "", { mode: 0o755 });
  return { nc, remove: () => rmSync(folder, { recursive: true }) };
}

function portOf(server: Server): number {
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

/** Below the ports that the system gives to whoever asks for any, so nobody else comes to listen there. */
const unusedPort = String(20_000 + (process.pid % 10_000));

async function openServer(reply: string): Promise<Server> {
  // Whoever only looks has closed before the reply is there: a reset, and no failure of the server.
  const server = createServer((socket) => socket.on("error", () => socket.destroy()).end(reply));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Runs it to its end, while this process goes on to answer. */
function run(
  nc: string,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly out: string }> {
  const child = spawn(nc, args, { stdio: ["ignore", "pipe", "ignore"] });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  return new Promise((resolve) => void child.on("close", (code) => resolve({ code, out })));
}

test("connects, looks whether something listens, and says when nothing does", { skip }, async () => {
  const { nc, remove } = makeProgram();
  const server = await openServer("welcome\n");
  const port = String(portOf(server));
  assert.deepEqual(await run(nc, ["127.0.0.1", port]), { code: 0, out: "welcome\n" });
  assert.deepEqual(await run(nc, ["-z", "-w", "1", "127.0.0.1", port]), { code: 0, out: "" });
  assert.equal((await run(nc, ["-z", "127.0.0.1", unusedPort])).code, 1);
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  remove();
});

test("listens again and again with a program for each connection, two on one port", { skip }, async () => {
  const { nc, remove } = makeProgram();
  const daemons = [1, 2].map(() =>
    spawn(nc, ["-lk", "-p", unusedPort, "-e", "echo", "served"], { stdio: "ignore" }),
  );
  let first = await run(nc, ["127.0.0.1", unusedPort]);
  while (first.code !== 0) first = await run(nc, ["127.0.0.1", unusedPort]);
  assert.equal(first.out, "served\n");
  assert.equal((await run(nc, ["127.0.0.1", unusedPort])).out, "served\n");
  for (const daemon of daemons) daemon.kill();
  await Promise.all(daemons.map((daemon) => new Promise((resolve) => void daemon.on("close", resolve))));
  remove();
});

test("refuses what it does not know", { skip }, () => {
  const { nc, remove } = makeProgram();
  assert.throws(() => execFileSync(nc, ["-Q"], { stdio: "pipe" }), /invalid option -- Q/);
  remove();
});
