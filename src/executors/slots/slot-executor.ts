/**
 * The executor that all slot backends share: it hands attempts to slots, ends them when asked, adopts those of earlier
 * engines, and reports each end exactly once.
 *
 * A backend (process, sandbox) only says what runs an order. Limits in time are kept here, by timers.
 * What must stay true: the rules X1 to X7 of ports/executor.ts.
 */
import { join } from "node:path";
import type { Executor, ExecutorListener } from "../../ports/executor.ts";
import { endByReport, endBySlotLoss } from "./attempt-ends.ts";
import { adoptAttempt, startAttempt, startQueued } from "./attempt-starts.ts";
import { stopAttempt } from "./attempt-stops.ts";
import { findUserName } from "./base-environment.ts";
import {
  type ExecutorContext,
  quietAttempt,
  type SlotBackend,
  type SlotExecutorOptions,
} from "./executor-context.ts";
import { createHeldNews, type HeldNews } from "./held-news.ts";
import { findHostName } from "./host-name.ts";
import { createLeftoverSweep } from "./leftover-sweep.ts";
import { createMemorySampler } from "./memory-sampler.ts";
import { createShellMeasures } from "./shell-measures.ts";
import { isQuick } from "./quick-attempts.ts";
import type { Slot } from "./slot.ts";
import { createSlotPool } from "./slot-pool.ts";

/** Memory is looked at sooner where the slot does not tell it at the end. */
const firstSampleMs = { shell: 5, native: 20 } as const;

/** The end of an attempt is never told later than this. */
const longestHoldMs = 2;

export function createSlotExecutor(
  backend: SlotBackend,
  options: SlotExecutorOptions,
  listener: ExecutorListener,
): Executor {
  let idleWaiters: (() => void)[] = [];
  /** How long the latest attempt took. If it was quick, the next one in line is worth having ready. */
  let lastMs: number | undefined;
  const held = createHeldNews(longestHoldMs);
  const context: ExecutorContext = {
    backend,
    listener,
    place: { executor: backend.name, host: findHostName(), user: findUserName() },
    sampler: createMemorySampler(Date.now, firstSampleMs[options.program.name]),
    shells: createShellMeasures(),
    leftovers: createLeftoverSweep(Date.now),
    pool: createSlotPool({
      program: options.program,
      capacity: options.capacity,
      noticeDirectory: join(options.stateDirectory, "notices"),
      environment: options.environment,
      reported: (slot, report) => endByReport(context, slot, report),
      gone: (slot) => replaceSlot(context, slot),
    }),
    attempts: new Map(),
    bySlot: new Map(),
    queue: new Set(),
    slotFreed: (ranMs) => {
      lastMs = ranMs;
      startQueued(context);
    },
    tellStart: (tell) => held.add(tell, held.isEmpty() ? "now" : "with-others"),
    // More are in line than can begin, so the engine need not hurry.
    tellEnd: (tell) => held.add(tell, context.queue.size > options.capacity ? "soon" : "now"),
    chainMs: () => (context.attempts.size === 1 ? lastMs : undefined),
    attemptEnded: () => {
      startQueued(context);
      if (context.attempts.size > 0) return;
      for (const resolve of idleWaiters) resolve();
      idleWaiters = [];
    },
    now: Date.now,
  };
  return {
    name: backend.name,
    get capacity() {
      return isQuick(lastMs) ? 3 * options.capacity : options.capacity;
    },
    capabilities: () => backend.capabilities(),
    prepare: (slots) => context.pool.open(slots),
    start: (order, directory) => startAttempt(context, order, directory),
    cancel: (attemptId, reason, graceMs) => stopAttempt(context, attemptId, reason, graceMs),
    adopt: async (order, directory) => adoptAttempt(context, order, directory),
    close: ({ leaveRunning }) =>
      closeExecutor(
        context,
        held,
        leaveRunning,
        () => new Promise<void>((resolve) => void idleWaiters.push(resolve)),
      ),
  };
}

function replaceSlot(context: ExecutorContext, slot: Slot): void {
  const attempt = context.bySlot.get(slot);
  if (attempt !== undefined) endBySlotLoss(context, attempt);
  context.shells.forget(slot.pid);
  startQueued(context);
}

async function closeExecutor(
  context: ExecutorContext,
  held: HeldNews,
  leaveRunning: boolean,
  waitForIdle: () => Promise<void>,
): Promise<void> {
  if (leaveRunning) {
    held.drop();
    detachAll(context);
  } else if (context.attempts.size > 0) {
    const idle = waitForIdle();
    for (const { order } of context.attempts.values())
      stopAttempt(context, order.attemptId, "cancelled", order.graceMs);
    await idle;
  }
  context.sampler.close();
  context.leftovers.close();
  await context.pool.close({ detach: leaveRunning });
}

/** Attempts go on without this engine; those that still waited were never started. */
function detachAll(context: ExecutorContext): void {
  for (const attempt of context.attempts.values()) quietAttempt(attempt);
  context.attempts.clear();
  context.bySlot.clear();
  context.queue.clear();
}
