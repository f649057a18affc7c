/**
 * The executor of the simulation. Commands run in the world and survive it; notices of their ends may be late,
 * come in another order, be doubled, or get lost with the engine they were meant for.
 */
import { assertInvariant } from "../../src/base/errors.ts";
import type { AttemptExit, AttemptOrder } from "../../src/model/run/attempt.ts";
import type { Adoption, Executor, ExecutorListener } from "../../src/ports/executor.ts";
import { never } from "./life.ts";
import type { Life } from "./life.ts";
import type { Random } from "./random.ts";
import { makeExit } from "./world.ts";
import type { World } from "./world.ts";

export interface SimExecutorOptions {
  readonly world: World;
  readonly life: Life;
  readonly random: Random;
  readonly capacity: number;
  /** Called before commands begin or a record is used again; throws when that must not happen. */
  readonly checkStart: (order: AttemptOrder) => void;
  /** Notices are late and doubled. */
  readonly isDisturbed: boolean;
}

export function createSimExecutor(options: SimExecutorOptions, listener: ExecutorListener): Executor {
  const { world, life, random, checkStart, capacity } = options;
  const { timeline } = world;
  const known = new Set<string>();
  const services = new Set<string>();
  const tell = (exit: AttemptExit): void => {
    const lateMs = options.isDisturbed ? random.integer(0, 60) : 0;
    const deliver = (): void => {
      known.delete(exit.attemptId);
      listener.ended(exit);
    };
    timeline.at(timeline.now() + lateMs, `notice of ${exit.attemptId}`, deliver, life);
    // No executor may do this; the runtime must bear it all the same.
    if (options.isDisturbed && random.chance(0.05)) {
      timeline.at(
        timeline.now() + random.integer(0, 400),
        `doubled notice of ${exit.attemptId}`,
        deliver,
        life,
      );
    }
  };
  const tellReady = (attemptId: string): void => {
    const directory = world.directories.get(attemptId);
    if (directory?.readyAt === undefined) return;
    const deliver = (): void => {
      const isSame = world.directories.get(attemptId) === directory && directory.state === "running";
      if (known.has(attemptId) && isSame) listener.ready(attemptId, timeline.now());
    };
    const at =
      Math.max(timeline.now(), directory.readyAt) + (options.isDisturbed ? random.integer(0, 60) : 0);
    timeline.at(at, `${attemptId} is ready`, deliver, life);
    // No executor may do this either.
    if (options.isDisturbed && random.chance(0.1))
      timeline.at(at + random.integer(0, 400), `${attemptId} is ready, doubled`, deliver, life);
  };
  const follow = (attemptId: string): void => {
    world.endListeners.set(attemptId, () => {
      if (!life.dead) tell(getExit(world, attemptId));
    });
  };
  return {
    name: "sim",
    capacity,
    capabilities: never,
    prepare: () => undefined,
    start: (order) => {
      if (life.meet(`start of ${order.attemptId}, before it`)) return;
      checkStart(order);
      const directory = world.directories.get(order.attemptId);
      assertInvariant(directory !== undefined, `${order.attemptId} is started before it is laid`);
      assertInvariant(directory.state !== "running", `${order.attemptId} is started while it runs`);
      known.add(order.attemptId);
      if (order.service === true) services.add(order.attemptId);
      const count = [...known].filter((id) => !services.has(id)).length;
      assertInvariant(count <= capacity, `${count} attempts where there is room for ${capacity}`);
      if (directory.state === "ended") return tell(getExit(world, order.attemptId));
      follow(order.attemptId);
      world.run(order, () => world.endListeners.get(order.attemptId)?.());
      timeline.at(
        timeline.now(),
        `started ${order.attemptId}`,
        () => listener.started(order.attemptId, timeline.now()),
        life,
      );
      tellReady(order.attemptId);
      life.meet(`start of ${order.attemptId}, after it`);
    },
    cancel: (attemptId, reason, graceMs) => {
      if (life.meet(`cancel of ${attemptId}`) || !known.has(attemptId)) return;
      timeline.at(timeline.now() + random.integer(0, graceMs), `${reason} ${attemptId}`, () => {
        world.directories.get(attemptId)?.cutShort?.({ kind: reason });
      });
    },
    adopt: async (order): Promise<Adoption> => {
      if (life.meet(`adoption of ${order.attemptId}`)) return never();
      const waitMs = options.isDisturbed ? random.integer(0, 40) : 0;
      if (waitMs > 0) await timeline.wait(waitMs, `adoption of ${order.attemptId}`, life);
      const directory = world.directories.get(order.attemptId);
      if (directory === undefined || directory.state === "laid") return { kind: "unknown" };
      known.add(order.attemptId);
      if (order.service === true) services.add(order.attemptId);
      if (directory.state === "ended") {
        tell(getExit(world, order.attemptId));
        return { kind: "ended" };
      }
      follow(order.attemptId);
      tellReady(order.attemptId);
      return { kind: "running" };
    },
    close: async () => undefined,
  };
}

function getExit(world: World, attemptId: string): AttemptExit {
  const lost = makeExit(
    attemptId,
    0,
    world.timeline.now(),
    { kind: "not-run" },
    { kind: "lost", message: "no record" },
  );
  return world.directories.get(attemptId)?.exit ?? lost;
}
