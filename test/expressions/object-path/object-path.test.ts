import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createEvalContext } from "../../../src/expressions/context.ts";
import { renderObjectPath } from "../../../src/expressions/object-path/object-path.ts";

const object = {
  kind: "Job",
  metadata: { name: "it", labels: { "app.kubernetes.io/name": "n" } },
  status: { active: 2, ready: true, ratio: 0.5 },
  items: [
    { name: "a", age: 1, ports: [80] },
    { name: "b", age: 2, ports: [81, 82] },
    { name: "c", age: 3 },
  ],
};

function render(template: string): string {
  return renderObjectPath(
    object,
    template,
    createEvalContext(0, () => 0),
  );
}

describe("JSONPath templates of kubectl", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["{.metadata.name}", "it"],
    ["{$.metadata.name}", "it"],
    ["{@.kind}", "Job"],
    [".metadata.name", "it"],
    ["metadata.name", "it"],
    ["{.kind}/{.metadata.name}!", "Job/it!"],
    ["{.kind} {.status.active} {.status.ready} {.status.ratio}", "Job 2 true 0.5"],
    ["{.metadata.labels}", '{"app.kubernetes.io/name":"n"}'],
    ["{.metadata.labels.app\\.kubernetes\\.io/name}", "n"],
    ["{.metadata.labels['app.kubernetes.io/name']}", "n"],
    ["{.items[*].name}", "a b c"],
    ["{.items[0].name}{.items[-1].name}", "ac"],
    ["{.items[0:2].name}", "a b"],
    ["{.items[::2].name}", "a c"],
    ["{.items[0,2].name}", "a c"],
    ["{.items[0]['name','age']}", "a 1"],
    ["{..age}", "1 2 3"],
    ["{.items[*].ports[*]}", "80 81 82"],
    ["{.status.*}", "2 0.5 true"],
    ['{.items[?(@.name == "b")].age}', "2"],
    ["{.items[?(@.age >= 2)].name}", "b c"],
    ["{.items[?(@.ports)].name}", "a b"],
    ['{range .items[*]}{.name}={.age}{"\\n"}{end}', "a=1\nb=2\nc=3\n"],
    ['{.kind "-" .metadata.name}', "Job-it"],
    ["{.nothing.here}", ""],
    ["{.constructor}", ""],
  ];
  for (const [template, expected] of cases)
    test(`${template} gives ${JSON.stringify(expected)}`, () => assert.equal(render(template), expected));

  for (const [template, message] of [
    ["{.a", /no '}'/],
    ["{.items[}", /invalid array index/],
    ["{.items[9]}", /out of bounds/],
    ["{range .items[*]}x", /no 'end'/],
    ["{end}", /without 'range'/],
    ["{.items[?(@.name > 1)]}", /cannot be compared/],
    ["{.items[0:1:0]}", /step must be/],
    ["{%}", /unrecognized character/],
    ["{'a}", /no end/],
  ] as const)
    test(`${template} is refused`, () => assert.throws(() => render(template), message));
});
