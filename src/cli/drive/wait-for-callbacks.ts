/**
 * What a run owes when it has ended is delivered by whoever drives it. What earlier runs of the home owe still, because
 * their process was ended, is tried as well, once each.
 */
import type { Engine } from "../../api/house.ts";
import type { CommandContext } from "../command.ts";

/** False when the user does not want to wait. */
export async function waitForCallbacks(
  { io, err, advise }: CommandContext,
  engine: Engine,
  name: string,
): Promise<boolean> {
  const others = await engine.adoptOwing();
  const count = engine.owes(name);
  if (count === 0 && others.length === 0) return true;
  if (count > 0) err.line(`waiting for ${count === 1 ? "a callback" : `${count} callbacks`} of ${name}`);
  if (others.length > 0) err.line(`trying callbacks that earlier runs owe: ${others.join(", ")}`);
  let stopListening = (): void => undefined;
  const interrupted = new Promise<false>((resolve) => {
    stopListening = io.onInterrupt(() => {
      err.line(`callbacks are owed still; go on with: ${advise(`resume ${name}`)}, or \`millrace serve\``);
      resolve(false);
    });
  });
  const done = Promise.all([
    engine.calledBack(name),
    ...others.map((other) => engine.calledBack(other, { once: true })),
  ]);
  try {
    return await Promise.race([done.then(() => true), interrupted]);
  } finally {
    stopListening();
  }
}

/** Says what was not delivered, and why. */
export function reportCallbacks({ err }: CommandContext, engine: Engine, name: string): void {
  const { state } = engine.picture(name);
  for (const { callback, settled, message } of state.callbacks) {
    if (settled === undefined || settled.delivered) continue;
    const title = state.index.plan.callbacks?.[callback]?.name ?? String(callback);
    err.line(`callback ${title} is given up: ${message}`);
  }
}
