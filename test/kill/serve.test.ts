/** The real `millrace serve`, given work by other processes, ended politely and killed in the middle of it. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join, relative } from "node:path";
import { describe, test } from "node:test";
import type { House, SubmitRequest } from "../../src/api/house.ts";
import { MillraceError } from "../../src/base/errors.ts";
import { createRandom } from "../simulation/random.ts";
import { makeServePlace } from "./serve-place.ts";

function requestOf(script: string, parameters: Readonly<Record<string, string>> = {}): SubmitRequest {
  const source = JSON.stringify({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { generateName: "job-" },
    spec: {
      entrypoint: "main",
      arguments: { parameters: Object.keys(parameters).map((name) => ({ name })) },
      templates: [{ name: "main", script: { image: "busybox", command: ["sh"], source: script } }],
    },
  });
  return { source, file: "job.json", submission: { parameters } };
}

async function untilEnded(house: House, names?: readonly string[]): Promise<void> {
  for (;;) {
    const rows = await house.list();
    const open = rows.filter(({ name, endedAt }) => endedAt === undefined && (names?.includes(name) ?? true));
    if (open.length === 0) return;
    await house.changed(1_000);
  }
}

describe("millrace serve", () => {
  test("ends politely, and the next one takes over what runs", async (context) => {
    const { folder, house, serve } = makeServePlace(context);
    const first = await serve();
    const script = `echo begun >> ${folder}/begun; until test -e ${folder}/go; do sleep 0.05; done; echo done`;
    const answer = await house.handOver(requestOf(script));
    assert.ok(answer.ok);
    while (!existsSync(join(folder, "begun"))) await house.changed(200);
    first.child.kill("SIGTERM");
    const { code, stdout } = await first.ended;
    assert.equal(code, 0);
    assert.match(stdout, /tasks that run go on/u);
    assert.equal(await house.isServed(), false);
    await assert.rejects(house.handOver(requestOf("echo")), { code: "home/not-served" });
    const second = await serve();
    writeFileSync(join(folder, "go"), "");
    await untilEnded(house);
    assert.equal((await house.get(answer.name)).row.phase, "succeeded");
    assert.equal(readFileSync(join(folder, "begun"), "utf8"), "begun\n");
    second.child.kill("SIGTERM");
    assert.match((await second.ended).stdout, /1 unfinished run goes on/u);
  });

  test("takes commands, also for runs that have ended, and keeps none of those in its way", async (context) => {
    const { folder, house, serve } = makeServePlace(context);
    const server = await serve();
    const file = join(folder, "job.json");
    const request = requestOf(`test -e ${folder}/ok`);
    writeFileSync(file, request.source);
    const answer = await house.handOver({ ...request, file: relative(process.cwd(), file) });
    assert.ok(answer.ok);
    await untilEnded(house);
    assert.equal((await house.get(answer.name)).file, file);
    assert.equal((await house.find(answer.name)).phase, "failed");
    await assert.rejects(house.command(answer.name, { kind: "suspend" }), { code: "run/ended" });
    writeFileSync(join(folder, "ok"), "");
    const retry = { kind: "retry", restartSuccessful: false, parameters: {} } as const;
    assert.deepEqual(await house.command(answer.name, retry), { appliedBy: "running-engine" });
    await untilEnded(house);
    assert.equal((await house.find(answer.name)).phase, "succeeded");
    await house.remove(answer.name);
    assert.deepEqual(await house.list(), []);
    await assert.rejects(house.command(answer.name, retry), { code: "run/unknown" });
    const refused = await house.handOver({ ...requestOf("echo"), source: "kind: Workflow" });
    assert.equal(refused.ok, false);
    await assert.rejects(house.openEngine({ executor: "none" }), { code: "store/locked" });
    server.child.kill("SIGTERM");
    assert.equal((await server.ended).code, 0);
  });

  test("killed between submissions, it loses none that was accepted and runs none twice", async (context) => {
    const { folder, house, serve } = makeServePlace(context);
    const random = createRandom("serve");
    const counts = { accepted: 0, left: 0, refused: 0 };
    /** Numbers of submissions by what became of them. */
    const mustRun = new Set<number>();
    const mustNot = new Set<number>();
    let number = 0;
    for (let round = 0; round < 4; round += 1) {
      const server = await serve();
      const submitted = Array.from({ length: 8 }, async () => {
        const own = (number += 1);
        try {
          const answer = await house.handOver(
            requestOf(`echo ${own} >> ${folder}/ran`, { number: `${own}` }),
          );
          assert.ok(answer.ok);
          mustRun.add(own);
          counts.accepted += 1;
        } catch (error) {
          if (!(error instanceof MillraceError)) throw error;
          const wasTaken = error.code === "home/no-answer";
          assert.ok(wasTaken || error.code === "home/not-served", error.code);
          (wasTaken ? mustRun : mustNot).add(own);
          counts[wasTaken ? "left" : "refused"] += 1;
        }
      });
      await Promise.race([submitted[random.integer(0, 7)], once(server.child, "exit")]);
      server.child.kill("SIGKILL");
      await Promise.all([server.ended, ...submitted]);
    }
    const last = await serve();
    // What was left in the inbox is taken before anything that is sent now.
    const marker = await house.handOver(requestOf("echo last"));
    assert.ok(marker.ok);
    await untilEnded(house);
    const pictures = await Promise.all((await house.list()).map(({ name }) => house.get(name)));
    const numbers = pictures.flatMap(({ submission }) => Number(submission.parameters["number"] ?? []));
    const ran = numbers.filter((one) => one > 0).sort((a, b) => a - b);
    assert.deepEqual(
      ran,
      [...mustRun].sort((a, b) => a - b),
      JSON.stringify(counts),
    );
    assert.equal(pictures.length, mustRun.size + 1);
    assert.ok(counts.accepted >= 4 && mustRun.size + mustNot.size === 32, JSON.stringify(counts));
    const lines = readFileSync(join(folder, "ran"), "utf8").trim().split("\n");
    assert.equal(new Set(lines).size, mustRun.size);
    last.child.kill("SIGTERM");
    await last.ended;
    // Answers whose senders gave up lie there for a while; no letter does.
    const letters = readdirSync(join(folder, "home", "inbox")).filter((name) => !name.endsWith(".answer"));
    assert.deepEqual(letters, []);
  });
});
