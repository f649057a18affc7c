/**
 * The last moment: seals become values when an attempt or a request begins, in memory, and values are hidden in what
 * comes back. What stands in the history or on disk holds seals only.
 */
import { findByteText } from "../../base/byte-text.ts";
import { maskSecrets } from "../../base/mask-secrets.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { HttpRequest } from "../../model/plan/plan.ts";
import type {
  AttemptCommand,
  AttemptOrder,
  AttemptOutputs,
  AttemptProblem,
} from "../../model/run/attempt.ts";
import { MillraceError } from "../../base/errors.ts";
import type { Response } from "../../model/run/inputs.ts";
import { openSeals } from "../../model/run/sealed-secret.ts";
import type { SecretStore } from "../../ports/secret-store.ts";

/** The order with values in place of seals; a problem when a Secret is not stored any more. */
export function revealOrder(order: AttemptOrder, store: SecretStore): Result<AttemptOrder, AttemptProblem> {
  if (!order.commands.some(mayHoldSeals)) return ok(order);
  const opened = createOpener(store);
  const commands = order.commands.map((command) => revealCommand(command, opened));
  const [problem] = opened.problems;
  if (problem !== undefined) return err({ kind: "start-refused", ...problem });
  return ok({ ...order, commands, secrets: [...opened.values] });
}

/** Seals get anywhere into a command only by way of a secret variable or volume. */
function mayHoldSeals({ env, volumes }: AttemptCommand): boolean {
  return (
    env.some(({ secret }) => secret) ||
    volumes.some(({ source }) => source.kind === "text" && source.secret === true)
  );
}

function revealCommand(command: AttemptCommand, { open, openText }: Opener): AttemptCommand {
  return {
    ...command,
    command: command.command.map(openText),
    args: command.args.map(openText),
    env: command.env.map(({ name, value, secret }) => {
      const text = openText(value);
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

/** The request with values in its headers, and what they are; the reason why not, when a Secret cannot be had. */
export function revealRequest(
  request: HttpRequest,
  store: SecretStore,
): Result<{ readonly request: HttpRequest; readonly secrets: readonly string[] }, string> {
  if (!request.headers.some(({ secret }) => secret)) return ok({ request, secrets: [] });
  const opened = createOpener(store);
  const headers = request.headers.map((header) => ({ ...header, value: opened.openText(header.value) }));
  const [problem] = opened.problems;
  if (problem !== undefined) return err(`${problem.message} [${problem.code}]`);
  // A header may hold more that is secret than the value that it was made of.
  const made = headers.filter(({ secret }) => secret).map(({ value }) => value);
  return ok({ request: { ...request, headers }, secrets: [...new Set([...opened.values, ...made])] });
}

/** A server may send back what it was sent. */
export function hideInResponse<T extends Response | { readonly problem: string }>(
  response: T,
  secrets: readonly string[],
): T {
  if (secrets.length === 0) return response;
  if ("problem" in response) return { ...response, problem: maskSecrets(response.problem, secrets) };
  const headers = Object.entries(response.headers).map(([name, values]) => [
    name,
    values.map((value) => maskSecrets(value, secrets)),
  ]);
  return {
    ...response,
    headers: Object.fromEntries(headers) as Response["headers"],
    body: maskSecrets(response.body, secrets),
  };
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
  /** For files: what comes out may stand for bytes (base/byte-text.ts). */
  readonly open: (text: string) => string;
  /** For everything else, where a value that is no text is a problem. */
  readonly openText: (text: string) => string;
  readonly values: ReadonlySet<string>;
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

function createOpener(store: SecretStore): Opener {
  const values = new Set<string>();
  const problems: { code: string; message: string }[] = [];
  const find = (name: string, key: string): string => {
    try {
      const value = store.find(name, key);
      if (value === undefined)
        problems.push({ code: "secrets/missing", message: describeMissing(name, key) });
      else values.add(value);
      return value ?? "";
    } catch (error) {
      // A Secret that cannot be opened is the problem of whoever needs it, and stops nobody else.
      if (!(error instanceof MillraceError)) throw error;
      const hint = error.hint === undefined ? "" : `. ${error.hint}`;
      problems.push({ code: error.code, message: `${error.message}${hint}` });
      return "";
    }
  };
  const findText = (name: string, key: string): string => {
    const value = find(name, key);
    if (findByteText(value) !== undefined)
      problems.push({ code: "secrets/not-text", message: describeBytes(name, key) });
    return value;
  };
  return {
    open: (text) => openSeals(text, find),
    openText: (text) => openSeals(text, findText),
    values,
    problems,
  };
}

function describeBytes(name: string, key: string): string {
  return `the key ${key} of the Secret ${name} holds bytes that are no text; mount it as a file`;
}

function describeMissing(name: string, key: string): string {
  return `the Secret ${name} with the key ${key} is not stored any more; run a document that brings it with it`;
}
