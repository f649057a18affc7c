/**
 * The work per event must not grow with the size of the run.
 * Nothing is timed: every look into the table of tasks and every turn of the agenda is counted.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { buildPlan } from "./plan-spec.ts";
import type { NodeSpec, PlanSpec } from "./plan-spec.ts";
import { Puppet } from "./puppet.ts";
import type { Ending } from "./puppet.ts";

interface Count {
  looks: number;
}

/** A typed array that counts how often it is read by index. */
function countReads<T extends Uint8Array | Int32Array | Float64Array>(column: T, count: Count): T {
  return new Proxy(column, {
    get(target, key): unknown {
      if (typeof key === "string" && key >= "0" && key <= "9999999999") count.looks += 1;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value as (...rest: unknown[]) => unknown).bind(target) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}

/** Runs a plan to its end and gives the looks per event. */
function measure(plan: PlanSpec, slots: number, ending: (task: number) => Ending = () => ({})): number {
  const puppet = new Puppet(buildPlan(plan), { slots });
  const count: Count = { looks: 0 };
  const { tasks, agenda } = puppet.state;
  for (const name of ["kind", "phase", "flags"] as const)
    tasks[name] = countReads(new Uint8Array(20_000), count);
  for (const name of [
    "parent",
    "node",
    "process",
    "order",
    "first",
    "count",
    "pending",
    "active",
    "exitCode",
  ] as const) {
    tasks[name] = countReads(new Int32Array(20_000), count);
  }
  for (const name of ["startedAt", "endedAt"] as const)
    tasks[name] = countReads(new Float64Array(20_000), count);
  const shift = agenda.shift.bind(agenda);
  agenda.shift = () => {
    count.looks += 1;
    return shift();
  };
  puppet.start();
  for (let task = firstOf(puppet); task !== undefined; task = firstOf(puppet)) puppet.end(task, ending(task));
  assert.notEqual(puppet.state.ended, undefined);
  return count.looks / puppet.history.length;
}

function firstOf(puppet: Puppet): number | undefined {
  return puppet.world.keys().next().value;
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function graph(count: number, node: (index: number) => NodeSpec): Record<string, NodeSpec> {
  return Object.fromEntries(numbers(count).map((index) => [`n${index}`, node(index)]));
}

const shapes: Readonly<Record<string, (count: number) => PlanSpec>> = {
  "a fan-out": (count) => ({
    processes: { main: { graph: { m: { call: "work", each: numbers(count) } } }, work: "task" },
  }),
  "a fan-out with a condition": (count) => ({
    processes: {
      main: { graph: { m: { call: "work", each: numbers(count), when: "lt item 5" } } },
      work: "task",
    },
  }),
  "a fan-out of regions": (count) => ({
    processes: {
      main: { graph: { m: { call: "part", each: numbers(count) } } },
      part: { stages: [{ a: "work" }, { b: "work" }] },
      work: "task",
    },
  }),
  "a fan-out with few places": (count) => ({
    processes: {
      main: { childrenAtMost: 3, graph: { m: { call: "work", each: numbers(count) } } },
      work: "task",
    },
  }),
  "a fan-out with a lock": (count) => ({
    processes: { main: { graph: { m: { call: "work", each: numbers(count) } } }, work: { locks: { k: 2 } } },
  }),
  "a fan-out with hooks": (count) => ({
    processes: {
      main: {
        graph: {
          m: {
            call: "work",
            each: numbers(count),
            hooks: { done: "calm", seen: { call: "calm", if: "eq ownphase 'running" } },
          },
        },
      },
      work: "task",
      calm: "eval",
    },
  }),
  "a wide graph": (count) => ({ processes: { main: { graph: graph(count, () => "work") }, work: "task" } }),
  "a chain": (count) => ({
    processes: {
      main: {
        graph: graph(count, (index) => ({ call: "work", needs: index === 0 ? [] : [`n${index - 1}`] })),
      },
      work: "task",
    },
  }),
  "a chain of evaluations": (count) => ({
    processes: {
      main: {
        graph: graph(count, (index) => ({ call: "calm", needs: index === 0 ? [] : [`n${index - 1}`] })),
      },
      calm: "eval",
    },
  }),
  "many stages": (count) => ({
    processes: { main: { stages: numbers(count).map((index) => ({ [`n${index}`]: "work" })) }, work: "task" },
  }),
};

describe("work per event", () => {
  for (const [name, shape] of Object.entries(shapes)) {
    it(`does not grow with ${name}`, () => {
      for (const slots of [1, 100]) {
        const small = measure(shape(20), slots);
        const large = measure(shape(500), slots);
        assert.ok(
          large <= small * 1.5,
          `${small} looks per event with 20, ${large} with 500 (${slots} slots)`,
        );
      }
    });
  }

  it("does not grow where everything fails and is tolerated or tried again", () => {
    const tolerant = (count: number): PlanSpec => ({
      processes: { main: { graph: graph(count, () => ({ call: "work", tolerates: "any" })) }, work: "task" },
    });
    const stubborn = (count: number): PlanSpec => ({
      processes: {
        main: { graph: { m: { call: "work", each: numbers(count) } } },
        work: { retry: { more: 1 } },
      },
    });
    for (const shape of [tolerant, stubborn]) {
      const fail = (): Ending => ({ code: 1 });
      const small = measure(shape(20), 10, fail);
      const large = measure(shape(500), 10, fail);
      assert.ok(large <= small * 1.5, `${small} looks per event with 20, ${large} with 500`);
    }
  });
});
