/**
 * Artifacts in JFrog Artifactory: files behind addresses, with a name and a password (Argo fields.md,
 * ArtifactoryArtifact). Settings: `username` and `password`.
 */
import type { ArtifactDriver } from "../../ports/artifact-driver.ts";
import type { NetworkGate } from "../../ports/network-gate.ts";
import { createHttpDriver } from "./create-http-driver.ts";

export function createArtifactoryDriver(gate?: NetworkGate): ArtifactDriver {
  return createHttpDriver("artifactory", true, gate);
}
