/**
 * The last moment: seals become values when an attempt or a request begins, in memory, and values are hidden in what
 * comes back. What stands in the history or on disk holds seals only.
 */
import { maskSecrets } from "../../base/mask-secrets.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { HttpRequest } from "../../model/plan/plan.ts";
import type {
  AttemptCommand,
  AttemptOrder,
  AttemptOutputs,
  AttemptProblem,
} from "../../model/run/attempt.ts";
import { openSeals } from "../../model/run/sealed-secret.ts";
import type { SecretStore } from "../../ports/secret-store.ts";

/** The order with values in place of seals; a problem when a Secret is not stored any more. */
export function revealOrder(order: AttemptOrder, store: SecretStore): Result<AttemptOrder, AttemptProblem> {
  if (!order.commands.some(mayHoldSeals)) return ok(order);
  const opened = createOpener(store);
  const commands = order.commands.map((command) => revealCommand(command, opened.open));
  const [missing] = opened.missing;
  if (missing !== undefined)
    return err({ kind: "start-refused", code: "secrets/missing", message: describeMissing(missing) });
  return ok({ ...order, commands, secrets: [...opened.values] });
}

/** Seals get anywhere into a command only by way of a secret variable or volume. */
function mayHoldSeals({ env, volumes }: AttemptCommand): boolean {
  return (
    env.some(({ secret }) => secret) ||
    volumes.some(({ source }) => source.kind === "text" && source.secret === true)
  );
}

function revealCommand(command: AttemptCommand, open: (text: string) => string): AttemptCommand {
  return {
    ...command,
    command: command.command.map(open),
    args: command.args.map(open),
    env: command.env.map(({ name, value, secret }) => {
      const text = open(value);
      return { name, value: text, secret: secret || text !== value };
    }),
    volumes: command.volumes.map((volume) => {
      const { source } = volume;
      if (source.kind !== "text" || source.secret !== true) return volume;
      const files = Object.entries(source.files).map(([path, text]) => [path, open(text)] as const);
      return { ...volume, source: { ...source, files: Object.fromEntries(files) } };
    }),
  };
}

/** The request with values in its headers; a Secret that is not stored any more leaves its header empty. */
export function revealRequest(request: HttpRequest, store: SecretStore): HttpRequest {
  if (!request.headers.some(({ secret }) => secret)) return request;
  const { open } = createOpener(store);
  return { ...request, headers: request.headers.map((header) => ({ ...header, value: open(header.value) })) };
}

/** Outputs go into the history: a command that prints a secret gets it back masked. */
export function hideSecrets(outputs: AttemptOutputs, secrets: readonly string[]): AttemptOutputs {
  if (secrets.length === 0) return outputs;
  const parameters = Object.entries(outputs.parameters).map(([name, text]) => [
    name,
    maskSecrets(text, secrets),
  ]);
  return {
    ...outputs,
    ...(outputs.result === undefined ? {} : { result: maskSecrets(outputs.result, secrets) }),
    parameters: Object.fromEntries(parameters),
  };
}

interface Opener {
  readonly open: (text: string) => string;
  readonly values: ReadonlySet<string>;
  readonly missing: readonly { readonly name: string; readonly key: string }[];
}

function createOpener(store: SecretStore): Opener {
  const values = new Set<string>();
  const missing: { name: string; key: string }[] = [];
  const find = (name: string, key: string): string => {
    const value = store.find(name, key);
    if (value === undefined) missing.push({ name, key });
    else values.add(value);
    return value ?? "";
  };
  return { open: (text) => openSeals(text, find), values, missing };
}

function describeMissing({ name, key }: { readonly name: string; readonly key: string }): string {
  return `the Secret ${name} with the key ${key} is not stored any more; run a document that brings it with it`;
}
