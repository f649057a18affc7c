/**
 * Artifacts behind an address: GET brings one, PUT stores one (Argo fields.md, HTTPArtifact).
 *
 * Settings: `headers` (pairs of name and value), `username` and `password`, `clientCert` and `clientKey` (PEM),
 * `tokenUrl` with `clientId`, `clientSecret`, `scopes` and `tokenParameters` for client credentials.
 * A web server has no list and no directories, and is not asked to delete anything.
 */
import type { IncomingMessage } from "node:http";
import { stat } from "node:fs/promises";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { ArtifactDriver, TransferLimits } from "../../ports/artifact-driver.ts";
import type { NetworkGate } from "../../ports/network-gate.ts";
import { createByteBudget, layWhole, receiveFile } from "../transfer/lay-whole.ts";
import { inOurWords, unsupportedThere } from "../transfer/refusals.ts";
import { findText, listPairs } from "../transfer/settings.ts";
import { authorize } from "./authorize.ts";
import { exchange, expectSuccess, readAddress } from "./exchange.ts";
import type { Exchange } from "./exchange.ts";

/** `name` is that of another driver which speaks plain HTTP, such as Artifactory; `canDelete` says whether it takes DELETE. */
export function createHttpDriver(name = "http", canDelete = false, gate?: NetworkGate): ArtifactDriver {
  return {
    name,
    load: (place, target, limits) =>
      inOurWords(place, limits, () => load(place, target, { ...limits, gate })),
    save: (source, place, limits) =>
      inOurWords(place, limits, () => save(source, place, { ...limits, gate })),
    remove: (place, limits) => inOurWords(place, limits, () => remove(place, { ...limits, gate }, canDelete)),
    list: (place, limits) =>
      inOurWords(place, limits, async () => {
        throw unsupportedThere(
          place,
          "what a web server holds cannot be listed",
          "Name each file by its address.",
        );
      }),
    exists: (place, limits) => inOurWords(place, limits, () => exists(place, { ...limits, gate })),
  };
}

/** The bounds of a call, with what may be connected to. */
type Bounds = TransferLimits & { readonly gate: NetworkGate | undefined };

async function ask(
  place: StoragePlace,
  { signal, gate }: Bounds,
  method: Exchange["method"],
  body?: Exchange["body"],
): Promise<IncomingMessage> {
  const url = readAddress(place, place.key);
  const headers = [...listPairs(place, "headers"), ...(await authorize(place, signal, gate))];
  const cert = findText(place, "clientCert");
  const key = findText(place, "clientKey");
  const clientCert = cert === undefined || key === undefined ? {} : { clientCert: { cert, key } };
  return exchange(place, {
    method,
    url,
    headers,
    signal,
    gate,
    ...clientCert,
    ...(body === undefined ? {} : { body }),
  });
}

async function load(place: StoragePlace, target: string, limits: Bounds): Promise<void> {
  const answer = await ask(place, limits, "GET");
  expectSuccess(place, answer);
  const budget = createByteBudget(place, limits);
  await layWhole(target, async (staging) => {
    await receiveFile(answer, staging, budget, limits.signal);
  });
}

async function save(source: string, place: StoragePlace, limits: Bounds): Promise<void> {
  const found = await stat(source);
  if (found.isDirectory()) {
    throw unsupportedThere(
      place,
      "a directory cannot be stored behind one address",
      "Leave out `archive: none`.",
    );
  }
  const answer = await ask(place, limits, "PUT", { path: source, sizeBytes: found.size });
  expectSuccess(place, answer);
  answer.destroy();
}

async function remove(place: StoragePlace, limits: Bounds, canDelete: boolean): Promise<void> {
  if (!canDelete) {
    throw unsupportedThere(
      place,
      "a web server is not asked to delete",
      "Set the strategy of its artifactGC to Never.",
    );
  }
  const answer = await ask(place, limits, "DELETE");
  if (answer.statusCode !== 404 && answer.statusCode !== 410) expectSuccess(place, answer);
  answer.destroy();
}

async function exists(place: StoragePlace, limits: Bounds): Promise<boolean> {
  let answer = await ask(place, limits, "HEAD");
  // Servers that do not know HEAD are asked for the whole, and left after its first line.
  if (answer.statusCode === 405 || answer.statusCode === 501) {
    answer.destroy();
    answer = await ask(place, limits, "GET");
  }
  if (answer.statusCode === 404 || answer.statusCode === 410) {
    answer.destroy();
    return false;
  }
  expectSuccess(place, answer);
  answer.destroy();
  return true;
}
