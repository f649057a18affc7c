/**
 * The readiness probe of a daemon's container (Kubernetes core/v1, Probe): who is asked, how often, how long.
 * Its defaults are Kubernetes'. `failureThreshold` says nothing about the first time that a container is ready, and
 * only that counts: a daemon that was ready once goes on being one (Argo: operator.go, assessNodeStatus).
 */
import type { Dynamic, Templated } from "../../../model/plan/expression.ts";
import type { Readiness } from "../../../model/run/attempt.ts";
import type { Container, IntOrText, Probe } from "../read/types.ts";
import { lowerInteger } from "./lower-numbers.ts";
import { lowerWord } from "./lower-words.ts";
import type { EnvText } from "./lower-words.ts";
import { lowerText, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

/** Where a pod's containers are reached here: every process of the machine shares its network. */
const ownAddress = "127.0.0.1";

/** The readiness of a container; undefined when it counts as ready as soon as it runs. */
export function lowerReadiness(
  desk: Lowering,
  container: Container,
  variables: readonly EnvText[],
  place: Place,
): Templated<Readiness> | undefined {
  const probe = container.readinessProbe;
  if (probe === undefined) return undefined;
  const at = { document: place.document, path: [...place.path, "readinessProbe"] };
  const by = lowerQuestion(desk, probe, container, variables, at);
  if (by === undefined) return undefined;
  return {
    by,
    delayMs: Math.max(0, probe.initialDelaySeconds ?? 0) * 1000,
    periodMs: orUsual(probe.periodSeconds, 10) * 1000,
    timeoutMs: orUsual(probe.timeoutSeconds, 1) * 1000,
    successes: orUsual(probe.successThreshold, 1),
  };
}

/** Kubernetes takes 0 for "not set" (defaults.go, SetDefaults_Probe). */
function orUsual(value: number | undefined, usual: number): number {
  return value === undefined || value <= 0 ? usual : value;
}

function lowerQuestion(
  desk: Lowering,
  probe: Probe,
  container: Container,
  variables: readonly EnvText[],
  place: Place,
): Templated<Readiness["by"]> | undefined {
  const { exec, httpGet, tcpSocket, grpc } = probe;
  if (exec !== undefined)
    return {
      kind: "command",
      command: (exec.command ?? []).map((word) => lowerWord(desk, word, variables)),
    };
  const given = httpGet?.port ?? tcpSocket?.port ?? grpc?.port;
  const port = given === undefined ? undefined : lowerPort(desk, given, container, place);
  if (port === undefined) return undefined;
  const named = httpGet?.host ?? tcpSocket?.host ?? "";
  const host = named === "" ? ownAddress : lowerText(desk, named);
  if (httpGet === undefined) {
    if (grpc !== undefined)
      report(desk, "warning", "argo/no-effect", "a grpc probe is asked as a tcpSocket probe here", place);
    return { kind: "tcp", host, port };
  }
  return {
    kind: "http",
    scheme: httpGet.scheme?.toUpperCase() === "HTTPS" ? "https" : "http",
    host,
    port,
    path: lowerText(desk, httpGet.path === undefined || httpGet.path === "" ? "/" : httpGet.path),
    headers: (httpGet.httpHeaders ?? []).map(({ name = "", value = "" }) => ({
      name: lowerText(desk, name),
      value: lowerText(desk, value),
    })),
  };
}

/** A number, or the name of one of the container's ports. */
function lowerPort(
  desk: Lowering,
  port: IntOrText,
  container: Container,
  place: Place,
): Dynamic<number> | undefined {
  const named = (container.ports ?? []).find(({ name }) => name === port)?.containerPort;
  const what = "the port of a readinessProbe, if it is not the name of one,";
  const number = named ?? lowerInteger(desk, port, what, place);
  if (typeof number !== "number" || (number >= 1 && number <= 65_535)) return number;
  report(desk, "error", "argo/not-a-number", `a port is a number from 1 to 65535, found ${number}`, place);
  return undefined;
}
