/** The board of locks, in any order of asking, taking and leaving, with holders inside of holders. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { LockBoard, limitOf, roomOf } from "../../src/model/run/lock-board.ts";
import type { LockTicket, LockUser, LockWish } from "../../src/model/run/lock-board.ts";

const keys = ["a", "b", "c"];
const limits: Readonly<Record<string, number>> = { a: 1, b: 2, c: 3 };

interface Step {
  readonly kind: "enter" | "inside" | "leave" | "leave alone" | "sleep" | "awaken" | "limit";
  readonly which: number;
  readonly wanted: readonly string[];
  readonly priority: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    ...(["enter", "enter", "inside", "inside", "leave", "leave"] as const),
    ...(["leave alone", "sleep", "awaken", "limit"] as const),
  ),
  which: fc.nat(50),
  wanted: fc.uniqueArray(fc.constantFrom(...keys), { minLength: 1, maxLength: 3 }),
  priority: fc.integer({ min: 0, max: 2 }),
});

/** Whoever is woken takes what it may take, as a run does when it decides. */
class World {
  readonly board = new LockBoard();
  readonly tickets: LockTicket[] = [];
  readonly around = new Map<LockTicket, readonly LockTicket[]>();
  private readonly woken: LockTicket[] = [];
  private count = 0;

  enter(wanted: readonly string[], priority: number, around: readonly LockTicket[]): LockTicket {
    this.count += 1;
    const task = this.count;
    const wishes = wanted.map((key): LockWish => ({ key, limit: limits[key] ?? 1 }));
    const wake = (): void => void this.woken.push(...this.tickets.filter((one) => one.task === task));
    const user: LockUser = { runId: `r${task}`, name: `run ${task}`, agenda: { push: wake } };
    const ticket = this.board.enter({ user, task, priority, createdAt: 0 }, wishes, around);
    this.woken.push(ticket);
    this.tickets.push(ticket);
    this.around.set(ticket, around);
    this.drain();
    return ticket;
  }

  drain(): void {
    for (let next = this.woken.shift(); next !== undefined; next = this.woken.shift()) {
      if (next.phase === "waiting" && this.board.mayClaim(next)) this.board.claim(next);
    }
  }

  held(): readonly LockTicket[] {
    return this.tickets.filter(({ phase }) => phase === "held");
  }

  /** What stands inside leaves first, as tasks end before what they belong to. */
  leave(ticket: LockTicket): void {
    for (const other of this.tickets)
      if (this.around.get(other)?.includes(ticket) === true && other.phase !== "gone") this.leave(other);
    this.board.leave(ticket);
    this.drain();
  }

  check(): void {
    for (const lock of this.board.list()) {
      const own = [...lock.holders].filter(
        (ticket) => ticket.wishes.find((wish) => wish.lock === lock)?.unit === "own",
      );
      assert.equal(lock.used, own.length, `${lock.key} counts its units`);
      for (const ticket of lock.holders) assert.equal(ticket.phase, "held");
    }
    for (const ticket of this.tickets) {
      const holds = ticket.wishes.filter(({ lock }) => lock.holders.has(ticket)).length;
      assert.equal(holds, ticket.phase === "held" ? ticket.wishes.length : 0, "all or none");
      assert.ok(ticket.phase !== "waiting" || !this.board.mayClaim(ticket), "somebody was not woken");
    }
  }
}

function take(world: World, { kind, which, wanted, priority }: Step): void {
  const open = world.tickets.filter(({ phase }) => phase !== "gone");
  const held = world.held();
  const one = open[which % Math.max(1, open.length)];
  const holder = held[which % Math.max(1, held.length)];
  if (kind === "enter" || (kind === "inside" && holder === undefined)) world.enter(wanted, priority, []);
  else if (kind === "inside" && holder !== undefined)
    world.enter(wanted, priority, [holder, ...(world.around.get(holder) ?? [])]);
  else if (kind === "limit") world.board.setStoredLimits(new Map([["b", 1 + (which % 4)]]));
  else if (one !== undefined && kind === "leave") world.leave(one);
  // A hook may outlive what it hangs on.
  else if (one !== undefined && kind === "leave alone") world.board.leave(one);
  else if (one !== undefined && kind === "sleep") world.board.putToSleep(one);
  else if (one !== undefined && kind === "awaken") world.board.awaken(one);
  world.drain();
}

describe("the board of locks", () => {
  it("gives all or none, and wakes everybody who may go on", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new World();
        for (const one of steps) {
          take(world, one);
          world.check();
        }
      }),
      { numRuns: 300 },
    );
  });

  it("never lets more hold a lock than its limit, while that stays as it is", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new World();
        for (const one of steps.filter(({ kind }) => kind !== "limit")) {
          take(world, one);
          for (const lock of world.board.list())
            assert.ok(roomOf(lock) >= 0, `${lock.key} is held too often`);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is empty once everybody has left, whoever held what", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new World();
        for (const one of steps) take(world, one);
        for (const ticket of world.tickets) world.board.awaken(ticket);
        world.drain();
        // Whoever holds something ends at some time, and so everybody has a turn.
        for (let held = world.held(); held.length > 0; held = world.held())
          world.leave(held.find((one) => !isAround(world, one)) ?? assert.fail("holders in a circle"));
        assert.ok(
          world.tickets.every(({ phase }) => phase === "gone"),
          "somebody waits for ever",
        );
        assert.deepEqual(world.board.list(), []);
      }),
      { numRuns: 300 },
    );
  });

  it("takes waiters by priority, then by age, then in the order of asking", () => {
    const board = new LockBoard();
    const ask = (name: string, priority: number, createdAt: number): LockTicket =>
      board.enter(
        { user: { runId: name, name, agenda: { push: () => undefined } }, task: 0, priority, createdAt },
        [{ key: "k", limit: 1 }],
        [],
      );
    const first = ask("first", 0, 9);
    board.claim(first);
    const waiting = [ask("late", 0, 5), ask("old", 0, 1), ask("later", 0, 5), ask("high", 1, 7)];
    board.leave(first);
    const order: string[] = [];
    for (let next = waiting.find((one) => board.mayClaim(one)); next !== undefined;) {
      order.push(next.user.name);
      board.claim(next);
      board.leave(next);
      next = waiting.find((one) => one.phase === "waiting" && board.mayClaim(one));
    }
    assert.deepEqual(order, ["high", "old", "late", "later"]);
  });

  it("follows a limit that changes, and sends nobody away", () => {
    const world = new World();
    const three = [1, 2, 3].map(() => world.enter(["b"], 0, []));
    assert.deepEqual(
      three.map(({ phase }) => phase),
      ["held", "held", "waiting"],
    );
    world.board.setStoredLimits(new Map([["b", 3]]));
    world.drain();
    assert.deepEqual(
      three.map(({ phase }) => phase),
      ["held", "held", "held"],
    );
    world.board.setStoredLimits(new Map([["b", 1]]));
    const lock = world.board.find("b") ?? assert.fail("nobody holds b");
    assert.deepEqual([limitOf(lock), roomOf(lock)], [1, -2]);
    const next = world.enter(["b"], 9, []);
    for (const ticket of three) {
      assert.equal(next.phase, "waiting");
      world.leave(ticket);
    }
    assert.equal(next.phase, "held");
  });

  it("does the same work for the last of many waiters as for the first", () => {
    const looks = (count: number): number => {
      const board = new LockBoard();
      let pushed = 0;
      const enter = (): LockTicket =>
        board.enter(
          {
            user: { runId: "r", name: "r", agenda: { push: () => void (pushed += 1) } },
            task: 1,
            priority: 0,
            createdAt: 0,
          },
          [{ key: "k", limit: 1 }],
          [],
        );
      const tickets = Array.from({ length: count }, enter);
      for (const ticket of tickets) {
        assert.ok(board.mayClaim(ticket));
        board.claim(ticket);
        board.leave(ticket);
      }
      return pushed / count;
    };
    assert.ok(looks(10_000) <= 2 && looks(10) <= 2);
  });
});

describe("limits that are kept beside the runs", () => {
  const enter = (board: LockBoard, key: string, createdAt: number, limit?: number): LockTicket =>
    board.enter(
      {
        user: { runId: `${createdAt}`, name: "r", agenda: { push: () => undefined } },
        task: 1,
        priority: 0,
        createdAt,
      },
      [limit === undefined ? { key } : { key, limit }],
      [],
    );

  it("hold for runs from before, in every namespace, until a younger one says something else", () => {
    const board = new LockBoard();
    const first = enter(board, "ns/ConfigMap/my/key", 10, 1);
    board.claim(first);
    const second = enter(board, "ns/ConfigMap/my/key", 11, 1);
    enter(board, "other/ConfigMap/my/key", 12, 1);
    assert.equal(board.mayClaim(second), false);
    board.takeWoken();
    board.setKeptLimits(new Map([["ConfigMap/my/key", { limit: 3, at: 20 }]]));
    assert.deepEqual(
      board
        .takeWoken()
        .map(({ runId }) => runId)
        .sort(),
      ["11", "12"],
    );
    assert.equal(board.mayClaim(second), true);
    const limit = (key: string): number => limitOf(board.find(key) ?? assert.fail(key));
    assert.deepEqual([limit("ns/ConfigMap/my/key"), limit("other/ConfigMap/my/key")], [3, 3]);
    enter(board, "ns/ConfigMap/my/key", 30, 2);
    assert.deepEqual([limit("ns/ConfigMap/my/key"), limit("other/ConfigMap/my/key")], [2, 3]);
    enter(board, "third/ConfigMap/my/key", 15, 1);
    assert.equal(limit("third/ConfigMap/my/key"), 3);
    board.setKeptLimits(new Map());
    assert.deepEqual([limit("ns/ConfigMap/my/key"), limit("other/ConfigMap/my/key")], [2, 1]);
  });

  it("count less than those that somebody has set for the key, and nothing for other keys", () => {
    const board = new LockBoard();
    enter(board, "ns/ConfigMap/my/key", 10, 1);
    enter(board, "ns/Mutex/my/key", 10, 1);
    board.setStoredLimits(new Map([["ns/ConfigMap/my/key", 5]]));
    board.setKeptLimits(new Map([["ConfigMap/my/key", { limit: 3, at: 20 }]]));
    assert.equal(limitOf(board.find("ns/ConfigMap/my/key") ?? assert.fail()), 5);
    assert.equal(limitOf(board.find("ns/Mutex/my/key") ?? assert.fail()), 1);
  });
});

function isAround(world: World, ticket: LockTicket): boolean {
  return world.tickets.some(
    (other) => other.phase === "held" && world.around.get(other)?.includes(ticket) === true,
  );
}
