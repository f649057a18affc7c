/** The desk that carries callbacks out: one try at a time, few at once, patience with receivers that are down, no secrets. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CallbackOrder } from "../../src/model/plan/callback.ts";
import type { HttpRequest } from "../../src/model/plan/plan.ts";
import type { Effect } from "../../src/model/run/effects.ts";
import type { Response, RunInput } from "../../src/model/run/inputs.ts";
import { sealSecret } from "../../src/model/run/sealed-secret.ts";
import type { Started } from "../../src/ports/run-starter.ts";
import type { LiveRun } from "../../src/runtime/live-run.ts";
import { CallbackDesk } from "../../src/runtime/perform/callback-desk.ts";
import type { RuntimePorts } from "../../src/runtime/runtime-ports.ts";
import { createMemorySecrets } from "../../src/stores/memory/memory-secrets.ts";

type Told = Extract<RunInput, { kind: "callback.answered" }>;
type Sent = {
  readonly request: HttpRequest;
  readonly signal: AbortSignal;
  answer: (with_: unknown) => Promise<void>;
};

function openDesk(start?: () => Promise<Started>) {
  const sent: Sent[] = [];
  const told: Told[] = [];
  const failures: string[] = [];
  const timers: { at: number; callback: () => void }[] = [];
  const secrets = createMemorySecrets();
  const world = { now: 0 };
  const ports = {
    clock: {
      now: () => world.now,
      callAt: (at: number, callback: () => void) => {
        const timer = { at, callback };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
      },
    },
    requester: {
      send: (request: HttpRequest, signal: AbortSignal) =>
        new Promise((resolve) =>
          sent.push({
            request,
            signal,
            answer: async (value) => {
              resolve(value);
              await settle();
            },
          }),
        ),
    },
    secrets,
    ...(start === undefined ? {} : { starter: { start } }),
  } as unknown as RuntimePorts;
  const desk = new CallbackDesk(ports, {
    send: (_, input) => void told.push(input as Told),
    roomChanged: () => undefined,
    failed: (error) => void failures.push(error.message),
    broken: (_, error) => void failures.push(`of the run: ${error.message}`),
  });
  /** Moves the clock to the next timer and rings it. */
  const ring = (): void => {
    const timer = timers.shift() ?? assert.fail("nothing waits");
    world.now = timer.at;
    timer.callback();
  };
  return { desk, sent, told, failures, timers, secrets, ring };
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const request: HttpRequest = {
  method: "POST",
  url: "http://a:1/x",
  headers: [],
  timeoutMs: 1,
  verifyTls: true,
};

/** A run that owes callbacks to these addresses. */
function makeRun(runId: string, ...orders: readonly CallbackOrder[]): LiveRun {
  const callbacks = orders.map((order) => ({ order, tried: 0, settled: undefined }));
  return { runId, name: runId, state: { callbacks } } as unknown as LiveRun;
}

function to(url: string, more: Partial<HttpRequest> = {}): CallbackOrder {
  return { kind: "request", request: { ...request, url, ...more } };
}

function effectOf(run: LiveRun, number = 0, tried = 0): Extract<Effect, { kind: "callback.send" }> {
  const order = run.state.callbacks[number]?.order ?? assert.fail("no such callback");
  return { kind: "callback.send", number, tried, order };
}

const good: Response = { statusCode: 200, headers: {}, body: "" };
const down: Response = { statusCode: 503, headers: {}, body: "" };

describe("carrying callbacks out", () => {
  it("sends, and tells what came back", async () => {
    const { desk, sent, told } = openDesk();
    const run = makeRun("r", to("http://a/x"));
    desk.send(run, effectOf(run));
    await sent[0]?.answer(good);
    assert.deepEqual(told, [{ kind: "callback.answered", at: 0, number: 0, tried: 0, answer: good }]);
  });

  it("does not send again what is under way, settled, or tried otherwise", async () => {
    const { desk, sent } = openDesk();
    const run = makeRun("r", to("http://a/x"), to("http://a/y"));
    desk.send(run, effectOf(run));
    desk.send(run, effectOf(run));
    desk.send(run, effectOf(run, 1, 3));
    desk.send(makeRun("s"), effectOf(run));
    assert.equal(sent.length, 1);
  });

  it("sends a few at once to one receiver, the others in order, and others elsewhere", async () => {
    const { desk, sent } = openDesk();
    const run = makeRun(
      "r",
      ...Array.from({ length: 10 }, (_, index) => to(`http://a/${index}`)),
      to("http://b/0"),
    );
    for (let number = 0; number < 11; number += 1) desk.send(run, effectOf(run, number));
    assert.deepEqual(
      sent.map(({ request: { url } }) => url),
      [...Array.from({ length: 8 }, (_, index) => `http://a/${index}`), "http://b/0"],
    );
    await sent[3]?.answer(good);
    assert.equal(sent.at(-1)?.request.url, "http://a/8");
  });

  it("leaves a receiver alone that is down, and nobody loses a try by waiting", async () => {
    const { desk, sent, told, timers, ring } = openDesk();
    const run = makeRun("r", ...Array.from({ length: 7 }, (_, index) => to(`http://a/${index}`)));
    for (let number = 0; number < 5; number += 1) {
      desk.send(run, effectOf(run, number));
      await sent[number]?.answer(down);
    }
    desk.send(run, effectOf(run, 5));
    desk.send(run, effectOf(run, 6));
    assert.equal(sent.length, 5);
    assert.deepEqual(
      timers.map(({ at }) => at),
      [15_000],
    );
    ring();
    assert.equal(sent.length, 6, "one probe");
    assert.equal(told.length, 5);
    await sent[5]?.answer(good);
    assert.equal(sent.length, 7, "the next one follows");
  });

  it("takes a refusal of one callback for no outage", async () => {
    const { desk, sent } = openDesk();
    const run = makeRun("r", ...Array.from({ length: 8 }, (_, index) => to(`http://a/${index}`)));
    for (let number = 0; number < 8; number += 1) {
      desk.send(run, effectOf(run, number));
      await sent[number]?.answer({ ...down, statusCode: 404 });
    }
    assert.equal(sent.length, 8);
  });

  it("refuses at once what may not be sent, and does not blame the receiver for that", async () => {
    const { desk, sent, told } = openDesk();
    const run = makeRun("r", ...Array.from({ length: 7 }, (_, index) => to(`http://a/${index}`)));
    for (let number = 0; number < 7; number += 1) {
      desk.send(run, effectOf(run, number));
      await sent[number]?.answer({ problem: "a is refused [network/refused]", isFinal: true });
    }
    assert.equal(sent.length, 7);
    assert.deepEqual(told[6]?.answer, { refusal: "a is refused [network/refused]" });
  });

  it("opens seals in headers for the request alone, and hides their values in what is told", async () => {
    const { desk, sent, told, secrets } = openDesk();
    secrets.put("hooks", { token: "open-sesame" });
    const value = `Bearer ${sealSecret("hooks", "token")}`;
    const run = makeRun("r", to("http://a/x", { headers: [{ name: "Authorization", value, secret: true }] }));
    desk.send(run, effectOf(run));
    assert.equal(sent[0]?.request.headers[0]?.value, "Bearer open-sesame");
    await sent[0]?.answer({ problem: "bad header 'Bearer open-sesame'" });
    assert.deepEqual(told[0]?.answer, { problem: "bad header '***'" });
  });

  it("does not send without its credentials, and does not blame the receiver for that", async () => {
    const { desk, sent, told } = openDesk();
    const headers = [{ name: "X-Token", value: sealSecret("gone", "token"), secret: true }];
    const orders = Array.from({ length: 6 }, () => to("http://a/x", { headers }));
    const run = makeRun("r", ...orders, to("http://a/y"));
    for (let number = 0; number < 7; number += 1) {
      desk.send(run, effectOf(run, number));
      await settle();
    }
    const [first] = told;
    assert.ok(first !== undefined && "problem" in first.answer);
    assert.match(
      first.answer.problem,
      /^the Secret gone .* is not stored any more; .* \[secrets\/missing\]$/,
    );
    assert.deepEqual([told.length, sent.length], [6, 1]);
  });

  it("takes back what is under way for a run that is let go of, and nothing else", async () => {
    const { desk, sent, told } = openDesk();
    const run = makeRun("r", to("http://a/x"));
    const other = makeRun("s", to("http://a/y"));
    desk.send(run, effectOf(run));
    desk.send(other, effectOf(other));
    desk.forget(run);
    assert.deepEqual(
      sent.map(({ signal }) => signal.aborted),
      [true, false],
    );
    await sent[0]?.answer({ problem: "aborted" });
    await sent[1]?.answer(good);
    assert.equal(told.length, 1);
  });

  it("tells nothing after a halt", async () => {
    const { desk, sent, told, timers } = openDesk();
    const run = makeRun("r", to("http://a/x"), to("http://a/y"));
    desk.send(run, effectOf(run));
    desk.halt();
    await sent[0]?.answer(good);
    desk.send(run, effectOf(run, 1));
    assert.deepEqual([told.length, sent.length, timers.length], [0, 1, 0]);
    assert.equal(sent[0]?.signal.aborted, true);
  });
});

describe("starting what follows", () => {
  const start: CallbackOrder = { kind: "start", start: { definition: "WorkflowTemplate/n", parameters: [] } };

  for (const answer of [{ started: "started n-1" }, { refusal: "no" }, { problem: "later" }])
    it(`tells ${JSON.stringify(answer)}`, async () => {
      const { desk, told } = openDesk(() => Promise.resolve(answer));
      const run = makeRun("r", start);
      desk.send(run, effectOf(run));
      await settle();
      assert.deepEqual(told[0]?.answer, answer);
    });

  it("is refused where nothing can be started", async () => {
    const { desk, told } = openDesk();
    const run = makeRun("r", start);
    desk.send(run, effectOf(run));
    await settle();
    assert.deepEqual(told[0]?.answer, { refusal: "nothing can be started here" });
  });

  it("an error that is nobody's stops the runtime", async () => {
    const { desk, failures } = openDesk(() =>
      Promise.reject(Object.assign(new Error("broken"), { code: "EIO" })),
    );
    const run = makeRun("r", start);
    desk.send(run, effectOf(run));
    await settle();
    assert.deepEqual(failures, ["broken"]);
  });
});
