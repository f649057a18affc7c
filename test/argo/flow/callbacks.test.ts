/** Callbacks of Argo documents: what they become when a run has ended. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CallbackOrder } from "../../../src/model/plan/callback.ts";
import type { HttpRequest } from "../../../src/model/plan/plan.ts";
import { sealSecret } from "../../../src/model/run/sealed-secret.ts";
import type { Ran, RigOptions } from "../rig.ts";
import { run } from "./documents.ts";

const publishes =
  "  - {name: main, container: {image: x, command: [echo]}, outputs: {parameters: [{name: o, globalName: out, valueFrom: {path: /o}}]}}\n";
const fails = '  - {name: main, container: {image: x, command: [sh, -c, "exit 1"]}}\n';

function call(callbacks: unknown, templates: string, options: RigOptions = {}): Promise<Ran> {
  const annotations = { "millrace/callbacks": JSON.stringify(callbacks) };
  return run(templates, {
    ...options,
    answers: { main: { exit: templates === fails ? 1 : 0, parameters: { o: "made" } } },
    submission: { annotations },
    respond: () => ({ statusCode: 200, headers: {}, body: "" }),
  });
}

function orders(ran: Ran): readonly (CallbackOrder | undefined)[] {
  assert.deepEqual(
    ran.diagnostics.map(({ message }) => message),
    [],
  );
  return ran.state.callbacks.map(({ order }) => order);
}

async function request(http: object, templates = publishes, options: RigOptions = {}): Promise<HttpRequest> {
  const [order] = orders(await call([{ name: "c", http: { url: "http://a", ...http } }], templates, options));
  return order?.kind === "request" ? order.request : assert.fail(JSON.stringify(order));
}

describe("requests", () => {
  test("are POST with 30 s unless the document says otherwise", async () => {
    const { method, timeoutMs, verifyTls } = await request({});
    assert.deepEqual([method, timeoutMs, verifyTls], ["POST", 30_000, true]);
    const other = await request({ method: "PUT", timeoutSeconds: 3, insecureSkipVerify: true, body: "x" });
    assert.deepEqual(
      [other.method, other.timeoutMs, other.verifyTls, other.body],
      ["PUT", 3_000, false, "x"],
    );
  });

  test("fill their texts in", async () => {
    const sent = await request({
      url: "http://a/{{workflow.name}}",
      headers: [{ name: "X-Status", value: "{{workflow.status}}" }],
      body: '{"out": {{=toJson(workflow.outputs.parameters.out)}}, "old": "{{workflow.outputs.parameters.out}}"}',
    });
    assert.equal(sent.url, "http://a/wf");
    assert.deepEqual(sent.headers, [{ name: "X-Status", value: "Succeeded", secret: false }]);
    assert.deepEqual(JSON.parse(sent.body ?? ""), { out: "made", old: "made" });
  });

  for (const [templates, status] of [
    [publishes, "Succeeded"],
    [fails, "Failed"],
  ] as const)
    test(`without a body say what has ended, and how: ${status}`, async () => {
      const sent = await request({}, templates);
      const { failures, duration, ...body } = JSON.parse(sent.body ?? "") as Record<string, unknown>;
      assert.deepEqual(body, {
        callback: "c",
        name: "wf",
        uid: "uid-of-run",
        namespace: "default",
        status,
        parameters: [],
      });
      assert.equal(duration, 1);
      assert.equal((failures as readonly unknown[]).length, status === "Failed" ? 1 : 0);
      assert.deepEqual(sent.headers, [{ name: "Content-Type", value: "application/json", secret: false }]);
    });

  test("have secret values only as seals", async () => {
    const seal = sealSecret("hooks", "token");
    const secrets = { hooks: { token: seal } };
    const headers = [{ name: "Authorization", valueFrom: { secretKeyRef: { name: "hooks", key: "token" } } }];
    const sent = await request({ headers, body: "x" }, publishes, { facts: { secrets } });
    assert.deepEqual(sent.headers, [{ name: "Authorization", value: seal, secret: true }]);
  });

  test("with a Secret that is not stored are refused before the run", async () => {
    const headers = [{ name: "A", valueFrom: { secretKeyRef: { name: "hooks", key: "token" } } }];
    const ran = await call([{ name: "c", http: { url: "http://a", headers } }], publishes);
    assert.deepEqual(
      ran.diagnostics.map(({ code }) => code),
      ["argo/unknown-secret"],
    );
  });

  test("with a value that is not there are given up, and not sent with braces in them", async () => {
    const body = "{{workflow.outputs.parameters.out}}";
    const ran = await call([{ name: "c", http: { url: "http://a", body } }], fails);
    const [callback] = ran.state.callbacks;
    assert.equal(callback?.order, undefined);
    assert.equal(callback?.message, `it cannot be computed: failed to resolve ${body}`);
  });

  test("may hold braces that come from a value", async () => {
    const body = "{{workflow.parameters.p}}";
    const sent = await request({ body }, publishes, { parameters: { p: "{{not a tag}}" } });
    assert.equal(sent.body, "{{not a tag}}");
  });
});

describe("when", () => {
  for (const [when, templates, count] of [
    [["Succeeded"], publishes, 1],
    [["Succeeded"], fails, 0],
    [["!Succeeded"], fails, 1],
    [["!Succeeded"], publishes, 0],
    [["Failed", "Error"], fails, 1],
    [["Succeeded", "!Succeeded"], publishes, 0],
    [["!Failed", "!Error"], publishes, 1],
    [[], fails, 1],
  ] as const)
    test(`${when.join(" ")} of a run that ${templates === fails ? "fails" : "succeeds"}: ${count}`, async () => {
      const ran = await call([{ name: "c", when, http: { url: "http://a" } }], templates);
      assert.equal(orders(ran).length, count);
    });

  test("an expression decides as well", async () => {
    const wants = (expression: string): object => ({
      name: expression,
      expression,
      http: { url: "http://a" },
    });
    const ran = await call(
      [wants("workflow.status == 'Failed'"), wants("workflow.outputs.parameters.out == 'made'")].map(
        (one, index) => ({
          ...one,
          name: `c${index}`,
        }),
      ),
      publishes,
    );
    assert.deepEqual(
      ran.state.callbacks.map(({ callback }) => callback),
      [1],
    );
  });
});

describe("what follows", () => {
  test("is a run of a stored template with values and a payload", async () => {
    const workflow = {
      workflowTemplateRef: { name: "next", clusterScope: true },
      arguments: { parameters: [{ name: "from", value: "{{workflow.name}}" }] },
      payload: '{"made": {{=toJson(workflow.outputs.parameters.out)}}}',
    };
    const [order] = orders(await call([{ name: "c", workflow }], publishes));
    assert.deepEqual(order, {
      kind: "start",
      start: {
        definition: "ClusterWorkflowTemplate/next",
        parameters: [{ name: "from", value: "wf" }],
        payload: '{"made": "made"}',
      },
    });
  });

  test("has usual tries, or those of the document", async () => {
    const http = { url: "http://a" };
    const retryStrategy = { limit: 1, backoff: { duration: "2m", factor: 3, cap: "90" } };
    const ran = await call(
      [
        { name: "a", http },
        { name: "b", http, retryStrategy },
      ],
      publishes,
    );
    assert.deepEqual(
      ran.state.index.plan.callbacks?.map(({ tries }) => tries),
      [
        { more: 5, delayMs: 10_000, factor: 2, capMs: 3_600_000 },
        { more: 1, delayMs: 120_000, factor: 3, capMs: 90_000 },
      ],
    );
  });

  test("what is wrong in an annotation that was given with the run is told", async () => {
    const ran = await call([{ name: "a" }], publishes);
    assert.deepEqual(
      ran.diagnostics.map(({ code, severity }) => [code, severity]),
      [["argo/bad-callback", "error"]],
    );
  });
});
