/**
 * The part of the executor suite that is about services: when they can be used (X5), and that they take no room (X6).
 * What a service would answer on its ports the test answers itself, so that nothing here waits for time to pass.
 */
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSocketServer, type Server } from "node:net";
import { join } from "node:path";
import type { AttemptCommand, Readiness } from "../../model/run/attempt.ts";
import {
  type ExecutorBench,
  type ExecutorCheck,
  hasReader,
  makeCommand,
  makeOrder,
  releaseReader,
} from "./executor-bench.ts";

const often = { delayMs: 0, periodMs: 20, timeoutMs: 5_000, successes: 1 };

/** Runs until it is cancelled; `before` are shell commands that come first. */
function serve(before: string, changes: Partial<AttemptCommand> = {}): AttemptCommand {
  return makeCommand({ command: ["sh", "-c", `${before} exec sleep 1000`], ...changes });
}

const service = { service: true, graceMs: 50 };

export function describeServices(check: ExecutorCheck): void {
  describeQuestions(check);
  describePorts(check);
  describeRoom(check);
  describeServiceAdoption(check);
}

function describeQuestions(check: ExecutorCheck): void {
  check(
    "X5: a service without a question can be used while it runs, and others never are told",
    async (bench) => {
      const plain = await bench.run(makeOrder([makeCommand({ command: ["sh", "-c", "exit 0"] })]));
      assert.deepEqual(plain.exit.ending, { kind: "exited", code: 0 });
      const started = bench.start(makeOrder([serve("")], service));
      await started.ready;
      bench.executor.cancel(started.id, "cancelled", 50);
      assert.deepEqual((await started.ended).exit.problem, { kind: "cancelled" });
      assert.equal(bench.readyCount(), 1);
    },
  );
  check(
    "X5: a program is asked where the command stands, with what it sees, until it agrees",
    async (bench) => {
      const command = serve("echo waits; read go </tmp/gate; echo yes >/tmp/opened;", {
        readiness: { ...often, by: { kind: "command", command: ["sh", "-c", "grep -q $WORD /tmp/opened"] } },
        env: [{ name: "WORD", value: "yes", secret: true }],
        workingDir: "/tmp",
      });
      const started = bench.start(makeOrder([command], service), ["/tmp/gate"]);
      await bench.waitForOutput(started, "waits");
      assert.equal(bench.readyCount(), 0);
      releaseReader(join(started.directory, "root/tmp/gate"));
      await started.ready;
      await cancel(bench, started);
      assert.equal(bench.readyCount(), 1);
    },
  );
  check("X5: init commands come first", async (bench) => {
    const init = makeCommand({ name: "init", role: "init", command: ["sh", "-c", "read go </tmp/gate"] });
    const started = bench.start(makeOrder([init, serve("")], service), ["/tmp/gate"]);
    await started.started;
    assert.equal(bench.readyCount(), 0);
    releaseReader(join(started.directory, "root/tmp/gate"));
    await started.ready;
    await cancel(bench, started);
  });
  check("X5: a service that fails before it answers is never told", async (bench) => {
    const readiness: Readiness = { ...often, by: { kind: "command", command: ["false"] } };
    const command = makeCommand({ command: ["sh", "-c", "exit 3"], readiness });
    const { exit } = await bench.run(makeOrder([command], service));
    assert.deepEqual(exit.ending, { kind: "exited", code: 3 });
    assert.equal(bench.readyCount(), 0);
  });
  check("X3: a question that hangs is gone with its service", async (bench) => {
    const ask = ["sh", "-c", "exec 9<>/tmp/asked; echo go >/tmp/gate; exec sleep 1000"];
    const readiness: Readiness = { ...often, timeoutMs: 600_000, by: { kind: "command", command: ask } };
    const command = serve("read go </tmp/gate; echo asked;", { readiness });
    const started = bench.start(makeOrder([command], service), ["/tmp/asked", "/tmp/gate"]);
    await bench.waitForOutput(started, "asked");
    await cancel(bench, started);
    assert.ok(!hasReader(join(started.directory, "root/tmp/asked")));
    assert.equal(bench.readyCount(), 0);
  });
  check("X5: a question that takes too long is none, and asked again", async (bench) => {
    // The first one hangs, and every later one finds that it was there.
    const ask = ["sh", "-c", "[ -e /tmp/first ] || { : >/tmp/first; exec sleep 1000; }"];
    const readiness: Readiness = { ...often, timeoutMs: 100, by: { kind: "command", command: ask } };
    const started = bench.start(makeOrder([serve("", { readiness })], service));
    await started.ready;
    await cancel(bench, started);
  });
}

function describePorts(check: ExecutorCheck): void {
  check("X5: a GET must be answered well as often in a row as is asked for", async (bench) => {
    const seen: IncomingMessage[] = [];
    const statuses = [500, 302, 404, 200, 204];
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      seen.push(request);
      response.writeHead(statuses[seen.length - 1] ?? 200).end();
    });
    await withServer(server, async (port) => {
      const by: Readiness["by"] = {
        kind: "http",
        scheme: "http",
        host: "127.0.0.1",
        port,
        path: "/healthy?full=1",
        headers: [{ name: "X-Who", value: "probe" }],
      };
      const started = bench.start(
        makeOrder([serve("", { readiness: { ...often, successes: 2, by } })], service),
      );
      await started.ready;
      await cancel(bench, started);
    });
    assert.equal(seen.length, statuses.length);
    assert.equal(seen[0]?.url, "/healthy?full=1");
    assert.equal(seen[0]?.headers["x-who"], "probe");
  });
  check("X5: a GET that is not answered in time is asked again", async (bench) => {
    let asked = 0;
    const server = createServer((_: IncomingMessage, response: ServerResponse) => {
      asked += 1;
      if (asked > 1) response.end();
    });
    await withServer(server, async (port) => {
      const by = { kind: "http", scheme: "http", host: "127.0.0.1", port, path: "", headers: [] } as const;
      const started = bench.start(
        makeOrder([serve("", { readiness: { ...often, timeoutMs: 50, by } })], service),
      );
      await started.ready;
      await cancel(bench, started);
    });
    assert.ok(asked >= 2);
  });
  check("X5: a connection must be taken, by every command that asks for one", async (bench) => {
    let taken = 0;
    const server = createSocketServer(() => (taken += 1));
    await withServer(server, async (port) => {
      const readiness: Readiness = { ...often, by: { kind: "tcp", host: "127.0.0.1", port } };
      const side = serve("", { name: "side", role: "side", readiness });
      const started = bench.start(makeOrder([serve("", { readiness }), side], service));
      await started.ready;
      await cancel(bench, started);
    });
    assert.equal(taken, 2);
    assert.equal(bench.readyCount(), 1);
  });
}

function describeRoom(check: ExecutorCheck): void {
  check("X6: services take no room from others, and give back what they took", async (bench) => {
    const { capacity } = bench.executor;
    const services = Array.from({ length: capacity + 2 }, () =>
      bench.start(makeOrder([serve("")], { ...service })),
    );
    await Promise.all(services.map(({ ready }) => ready));
    const others = Array.from({ length: capacity }, () =>
      bench.start(makeOrder([makeCommand({ command: ["sh", "-c", "echo here; read go </tmp/gate"] })]), [
        "/tmp/gate",
      ]),
    );
    await Promise.all(others.map((other) => bench.waitForOutput(other, "here")));
    for (const { directory } of others) releaseReader(join(directory, "root/tmp/gate"));
    await Promise.all(others.map(({ ended }) => ended));
    await Promise.all(services.map((each) => cancel(bench, each)));
    const last = await Promise.all(
      Array.from({ length: 2 * capacity }, () =>
        bench.run(makeOrder([makeCommand({ command: ["sh", "-c", "exit 0"] })])),
      ),
    );
    assert.equal(last.filter(({ exit }) => exit.problem === undefined).length, 2 * capacity);
  });
}

function describeServiceAdoption(check: ExecutorCheck): void {
  check("X5: a service that was adopted is told again, whoever found out before", async (bench) => {
    const asked: Readiness = { ...often, by: { kind: "command", command: ["true"] } };
    for (const readiness of [{}, { readiness: asked }]) {
      const order = makeOrder([serve("", readiness)], service);
      const started = bench.start(order);
      await started.ready;
      await bench.executor.close({ leaveRunning: true });
      const next = bench.next();
      const adopted = next.adopt(order, started.directory);
      assert.deepEqual(await adopted.adoption, { kind: "running" });
      await adopted.ready;
      next.executor.cancel(order.attemptId, "cancelled", 50);
      assert.deepEqual((await adopted.ended).exit.problem, { kind: "cancelled" });
      assert.equal(next.readyCount(), 1);
      bench = next;
    }
  });
}

async function cancel(
  bench: ExecutorBench,
  started: { readonly id: string; readonly ended: Promise<unknown> },
): Promise<void> {
  bench.executor.cancel(started.id, "cancelled", 50);
  await started.ended;
}

async function withServer(server: Server, body: (port: number) => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  try {
    await body(address.port);
  } finally {
    if ("closeAllConnections" in server) (server.closeAllConnections as () => void)();
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  }
}
