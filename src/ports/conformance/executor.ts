/**
 * What every executor must do, as tests with real processes: an implementation calls `describeExecutor` from its own
 * test file. The rules are X1 to X7 of ports/executor.ts and the layout of ports/attempt-directory.ts.
 *
 * Nothing here waits for time to pass. A command that must still run waits on a FIFO in its private `/tmp` until the
 * test writes to it; whether anything of an attempt is left is seen by whether a FIFO still has a reader.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import type { AttemptInput, AttemptVolume } from "../../model/run/attempt.ts";
import { attemptFiles, attemptLogFile } from "../attempt-directory.ts";
import {
  type ExecutorCheck,
  type ExecutorSubject,
  makeCommand,
  makeOrder,
  openExecutorBench,
  releaseReader,
  sh,
} from "./executor-bench.ts";
import {
  describeAdoption,
  describeCancelling,
  describeEnds,
  describeOpenLogs,
  describeSecrets,
  describeSeveralCommands,
  describeSidesAndTries,
} from "./executor-ends.ts";
import { describeServices } from "./executor-services.ts";

/** Registers the suite. `open` gives a new and empty place each time. */
export function describeExecutor(name: string, open: () => Promise<ExecutorSubject>): void {
  const check: ExecutorCheck = (title, body) => {
    void test(title, async () => {
      const subject = await open();
      const bench = openExecutorBench(subject);
      try {
        await body(bench);
      } finally {
        await bench.close();
        await subject.dispose();
      }
    });
  };
  void describe(`executor: ${name}`, () => {
    describeCommands(check);
    describeRefusals(check);
    describeFiles(check);
    describeSharedVolumes(check);
    describeBroughtPrograms(check);
    describeImages(check);
    describeEnds(check);
    describeCancelling(check);
    describeSeveralCommands(check);
    describeSidesAndTries(check);
    describeSecrets(check);
    describeOpenLogs(check);
    describeAdoption(check);
    describeServices(check);
  });
}

function describeCommands(check: ExecutorCheck): void {
  check("keeps both outputs byte for byte, and the exit code", async (bench) => {
    const { exit, directory } = await bench.run(sh(`printf 'a\\377\\000b'; printf 'warn' >&2; exit 7`));
    assert.deepEqual(exit.ending, { kind: "exited", code: 7 });
    assert.equal(exit.problem, undefined);
    assert.deepEqual(
      readFileSync(join(directory, attemptLogFile("main", "out"))),
      Buffer.from([0x61, 0xff, 0, 0x62]),
    );
    assert.equal(readFileSync(join(directory, attemptLogFile("main", "err")), "utf8"), "warn");
    assert.ok(readFileSync(join(directory, attemptFiles.exit), "utf8").endsWith("\n"));
    assert.ok(exit.endedAt >= exit.startedAt && exit.host !== "" && exit.user !== "");
  });
  check("hands over arguments as they are", async (bench) => {
    const args = [
      "it's",
      `"$(id)" \`id\``,
      "two\nlines",
      "",
      " ",
      "\\n",
      "-n",
      "ä\u{1f600}",
      "*",
      "$HOME",
      "A=1",
    ];
    const command = makeCommand({
      command: ["sh", "-c", `for each; do printf '[%s]' "$each"; done`, "sh"],
      args,
    });
    const { out } = await bench.run(makeOrder([command]));
    assert.equal(out, args.map((each) => `[${each}]`).join(""));
  });
  check("runs programs, not the built-ins of its shell", async (bench) => {
    const { out } = await bench.run(makeOrder([makeCommand({ command: ["echo"], args: ["a\\tb", "c"] })]));
    assert.equal(out, "a\\tb c\n");
    const { exit } = await bench.run(makeOrder([makeCommand({ command: ["exit"], args: ["3"] })]));
    assert.equal(exit.problem?.kind, "start-refused");
    const { exit: next } = await bench.run(sh("exit 4"));
    assert.deepEqual(next.ending, { kind: "exited", code: 4 });
  });
  check("gives the order's environment and a clean base, not the engine's own", async (bench) => {
    process.env["MILLRACE_TEST_TOKEN"] = "engine-only";
    const env = [
      { name: "PLAIN", value: "it's $x", secret: false },
      { name: "with.dot-and-dash", value: "dotted", secret: false },
      { name: "IFS", value: ",", secret: false },
    ];
    const command = makeCommand({ command: ["env"], env });
    const { out } = await bench.run(makeOrder([command]));
    delete process.env["MILLRACE_TEST_TOKEN"];
    const lines = out.split("\n");
    for (const { name, value } of env) assert.ok(lines.includes(`${name}=${value}`), `${name} in ${out}`);
    for (const name of ["PATH", "HOME", "TMPDIR", "USER", "LANG"])
      assert.ok(
        lines.some((line) => line.startsWith(`${name}=/`) || /^(USER|LANG)=./.test(line)),
        name,
      );
    assert.ok(!out.includes("engine-only"));
  });
}

function describeRefusals(check: ExecutorCheck): void {
  check("refuses what no program can be given", async (bench) => {
    const nul = await bench.run(makeOrder([makeCommand({ command: ["echo"], args: ["a\0b"] })]));
    assertRefused(nul.exit, "executor/nul-in-command");
    const long = await bench.run(
      makeOrder([makeCommand({ command: ["echo"], args: ["x".repeat(200_000)] })]),
    );
    assertRefused(long.exit, "executor/command-too-long");
  });
  check("runs a script by the named interpreter", async (bench) => {
    const command = makeCommand({
      command: ["sh", "-e"],
      script: `echo "$0" | grep -q script\nprintf "it's %s" "$1"`,
      args: ["run"],
    });
    assert.equal((await bench.run(makeOrder([command]))).out, "it's run");
  });
}

function assertRefused(exit: { readonly problem?: { readonly kind: string } }, code: string): void {
  assert.deepEqual(
    [exit.problem?.kind, exit.problem !== undefined && "code" in exit.problem && exit.problem.code],
    ["start-refused", code],
  );
}

function describeFiles(check: ExecutorCheck): void {
  check("attempts that use the same /tmp name do not meet", async (bench) => {
    const text = (word: string): string =>
      `echo ${word} >/tmp/same.txt; echo ready; read go </tmp/gate; cat /tmp/same.txt; cat "\${TMPDIR}"/nothing 2>/dev/null; true`;
    const [a, b] = [bench.start(sh(text("one")), ["/tmp/gate"]), bench.start(sh(text("two")), ["/tmp/gate"])];
    await Promise.all([bench.waitForOutput(a, "ready"), bench.waitForOutput(b, "ready")]);
    releaseReader(join(a.directory, "root/tmp/gate"));
    releaseReader(join(b.directory, "root/tmp/gate"));
    assert.equal((await a.ended).out, "ready\none\n");
    assert.equal((await b.ended).out, "ready\ntwo\n");
  });
  check("declared paths lie in the attempt's root, inputs and outputs alike", async (bench) => {
    const order = sh(
      "mkdir -p /millrace-out/a; cat /tmp/in/message.txt >/millrace-out/a/result.txt; echo top >/millrace-result.txt",
      {
        outputParameters: [{ name: "a", path: "/millrace-out/a/result.txt" }],
        outputArtifacts: [
          { name: "b", path: "/millrace-result.txt", optional: false, archive: { kind: "none" } },
        ],
      },
    );
    const started = bench.start(order, [], { "/tmp/in/message.txt": "hello" });
    const { exit } = await started.ended;
    assert.deepEqual(exit.ending, { kind: "exited", code: 0 });
    assert.equal(readFileSync(join(started.directory, "root/millrace-out/a/result.txt"), "utf8"), "hello");
    assert.equal(readFileSync(join(started.directory, "root/millrace-result.txt"), "utf8"), "top\n");
  });
  check("a host file that is declared as output is a copy", async (bench) => {
    const order = sh("echo more >>/etc/hosts", {
      outputArtifacts: [{ name: "hosts", path: "/etc/hosts", optional: false, archive: { kind: "none" } }],
    });
    const before = readFileSync("/etc/hosts", "utf8");
    const { directory } = await bench.run(order);
    assert.equal(readFileSync(join(directory, "root/etc/hosts"), "utf8"), `${before}more\n`);
    assert.equal(readFileSync("/etc/hosts", "utf8"), before);
  });
  check("works in the declared directory, by default in one of its own", async (bench) => {
    const command = makeCommand({
      command: ["sh", "-c", "echo x >here.txt"],
      workingDir: "/millrace-work/deep",
    });
    const { directory } = await bench.run(makeOrder([command]));
    assert.equal(readFileSync(join(directory, "root/millrace-work/deep/here.txt"), "utf8"), "x\n");
    const other = await bench.run(sh("echo y >there.txt"));
    assert.equal(readFileSync(join(other.directory, "root/there.txt"), "utf8"), "y\n");
  });
  check("volumes: text, and one of the attempt under two paths", async (bench) => {
    const own = { name: "shared", readOnly: false, source: { kind: "attempt" } } as const;
    const volumes = [
      {
        name: "conf",
        mountPath: "/millrace-conf",
        readOnly: true,
        source: { kind: "text", files: { "a.txt": "A" } },
      } as const,
      { ...own, mountPath: "/millrace-one" },
      { ...own, mountPath: "/millrace-two/deep" },
    ];
    const text = "cat /millrace-conf/a.txt >/millrace-one/x; cat /millrace-two/deep/x";
    const { out, err } = await bench.run(makeOrder([makeCommand({ command: ["sh", "-c", text], volumes })]));
    assert.equal(out, "A", err);
  });
}

function describeSharedVolumes(check: ExecutorCheck): void {
  // Most machines have a directory of their own at the second one.
  for (const place of ["millrace-data", "opt"]) describeRunVolume(check, place);
  check("a volume of the run that nobody laid is refused", async (bench) => {
    const volume = {
      name: "data",
      mountPath: "/d",
      readOnly: false,
      source: { kind: "run", key: "k" },
    } as const;
    const { exit } = await bench.run(makeOrder([makeCommand({ command: ["true"], volumes: [volume] })]));
    assertRefused(exit, "executor/volume-missing");
  });
}

/** As a document brings its own `kubectl` along: by its name, by its path, and by a shell that looks for it. */
function describeBroughtPrograms(check: ExecutorCheck): void {
  for (const folder of ["/usr/local/bin", "/usr/bin", "/bin"]) {
    check(`a program that is brought along at ${folder} is found like any other`, async (bench) => {
      const path = `${folder}/millrace-brought`;
      const input: AttemptInput = {
        name: "program",
        path,
        source: { kind: "text", text: "" },
        unpack: "keep",
        recurseMode: false,
      };
      for (const command of [
        ["millrace-brought"],
        [path],
        ["sh", "-c", "millrace-brought; command -v ls >/dev/null"],
      ]) {
        const directory = bench.makeDirectory();
        const own = join(directory, attemptFiles.root, path);
        mkdirSync(dirname(own), { recursive: true });
        writeFileSync(own, "#!/bin/sh\necho brought\n", { mode: 0o755 });
        const order = { ...makeOrder([makeCommand({ command })]), inputs: [input] };
        const { exit, out, err } = await bench.start(order, [], {}, directory).ended;
        assert.deepEqual(
          [exit.ending, out],
          [{ kind: "exited", code: 0 }, "brought\n"],
          command.join(" ") + err,
        );
      }
    });
  }
}

function describeRunVolume(check: ExecutorCheck, place: string): void {
  check(
    `a volume of the run at /${place} is a link that its attempts follow, writable or not`,
    async (bench) => {
      const shared = bench.makeDirectory();
      const mount = (readOnly: boolean): AttemptVolume => ({
        name: "data",
        mountPath: `/${place}`,
        readOnly,
        source: { kind: "run", key: "data" },
      });
      const write = makeCommand({ command: ["sh", "-c", `echo kept >/${place}/x`], volumes: [mount(false)] });
      const read = makeCommand({ command: ["cat", `/${place}/x`], volumes: [mount(true)] });
      const ends = [];
      for (const command of [write, read]) {
        const directory = bench.makeDirectory();
        mkdirSync(join(directory, attemptFiles.root));
        symlinkSync(shared, join(directory, attemptFiles.root, place));
        ends.push(await bench.start(makeOrder([command]), [], {}, directory).ended);
      }
      assert.deepEqual(
        ends.map(({ exit, out }) => [exit.ending, out]),
        ["", "kept\n"].map((out) => [{ kind: "exited", code: 0 }, out]),
      );
      assert.equal(readFileSync(join(shared, "x"), "utf8"), "kept\n");
    },
  );
}

function describeImages(check: ExecutorCheck): void {
  check("an image stands for its entrypoint and its programs", async (bench) => {
    const entry = makeCommand({
      image: "argoproj/argosay:v2",
      command: [],
      args: ["echo", "it's me", "/tmp/o.txt"],
    });
    const order = makeOrder([entry], { outputParameters: [{ name: "o", path: "/tmp/o.txt" }] });
    const { directory } = await bench.run(order);
    assert.equal(readFileSync(join(directory, "root/tmp/o.txt"), "utf8"), "it's me\n");
    const named = makeCommand({
      image: "argoproj/argosay:v2",
      command: ["sh", "-c", "/argosay; /argosay exit 3"],
    });
    const { out, exit } = await bench.run(makeOrder([named]));
    assert.equal(out, "hello argo\n");
    assert.deepEqual(exit.ending, { kind: "exited", code: 3 });
  });
  check("a missing program and a missing command are refused by name", async (bench) => {
    const missing = await bench.run(
      makeOrder([makeCommand({ image: "acme/thing:1", command: ["no-such-program"] })]),
    );
    assertRefused(missing.exit, "executor/missing-tool");
    assert.match(JSON.stringify(missing.exit.problem), /acme\/thing:1.*no-such-program/);
    const empty = await bench.run(makeOrder([makeCommand({ image: "acme/thing:1", command: [] })]));
    assertRefused(empty.exit, "executor/no-command");
  });
}
