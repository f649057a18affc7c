/** Artifacts: where they are kept, and paths that must not leave their directory (Argo Artifact.CleanPath). */
import type { Artifact, ArtifactLocation, HdfsArtifact } from "../read/types.ts";
import { reportError } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { isKnown } from "./present.ts";

/** True when an artifact says where it is: a driver with a place, or at least a key. */
export function hasLocationOrKey(artifact: ArtifactLocation): boolean {
  if (artifact.raw !== undefined) return true;
  const { s3, gcs, oss, azure, hdfs, http, git, artifactory, plugin } = artifact;
  const keys = [s3?.key, gcs?.key, oss?.key, azure?.blob, hdfs?.path, http?.url, git?.repo, artifactory?.url];
  return keys.some(isKnown) || isKnown(plugin?.key) || isKnown(plugin?.name);
}

/** Checks what a driver cannot do without. `prefix` names the artifact. */
export function checkArtifactLocation(
  checker: Checker,
  site: Site,
  location: ArtifactLocation,
  prefix: string,
): void {
  if (location.git !== undefined && !isKnown(location.git.repo)) {
    reportError(checker, "argo/artifact-location", site, `${prefix}.git.repo is required`, ["git"]);
  }
  if (location.hdfs !== undefined) checkHdfs(checker, site, location.hdfs, `${prefix}.hdfs`);
}

function checkHdfs(checker: Checker, site: Site, hdfs: HdfsArtifact, prefix: string): void {
  const report = (text: string): void => reportError(checker, "argo/artifact-location", site, text, ["hdfs"]);
  if ((hdfs.addresses?.length ?? 0) === 0) report(`${prefix}.addresses is required`);
  if (!isKnown(hdfs.path)) report(`${prefix}.path is required`);
  else if (!hdfs.path.startsWith("/")) report(`${prefix}.path must be a absolute file path`);
  const keytab = hdfs.krbKeytabSecret !== undefined;
  if (!isKnown(hdfs.hdfsUser) && hdfs.krbCCacheSecret === undefined && !keytab) {
    report(`either ${prefix}.hdfsUser, ${prefix}.krbCCacheSecret or ${prefix}.krbKeytabSecret is required`);
  }
  const texts = [hdfs.krbServicePrincipalName, hdfs.krbUsername, hdfs.krbRealm];
  if (keytab && (!texts.every(isKnown) || hdfs.krbConfigConfigMap === undefined)) {
    const needed = ["krbServicePrincipalName", "krbConfigConfigMap", "krbUsername"].map(
      (name) => `${prefix}.${name}`,
    );
    report(`${needed.join(", ")} and ${prefix}.krbRealm are required with ${prefix}.krbKeytabSecret`);
  }
}

/** Checks the path of an input or output artifact of a leaf template. `reference` is `outputs.artifacts.x`. */
export function checkArtifactPath(
  checker: Checker,
  site: Site,
  artifact: Artifact,
  template: string,
  reference: string,
): void {
  const fault = isKnown(artifact.path) ? undefined : "did not specify a path";
  const place = `error in templates.${template}.${reference}: Artifact '${artifact.name ?? ""}'`;
  if (fault !== undefined) reportError(checker, "argo/artifact-path", site, `${place} ${fault}`);
  else if (escapesDirectory(artifact.path ?? "")) {
    const text = `${place} attempted to use a path containing '..'. Directory traversal is not permitted`;
    reportError(checker, "argo/path-escapes", site, text, ["path"]);
  }
}

/** True when dot-dot parts lead out of the directory that stands before the first of them. */
export function escapesDirectory(path: string): boolean {
  if (path === ".." || path.startsWith("../")) return true;
  const inside = path.indexOf("/../");
  const safe = inside !== -1 ? path.slice(0, inside) : path.endsWith("/..") ? path.slice(0, -3) : undefined;
  if (safe === undefined) return false;
  const cleaned = cleanPath(path);
  return safe === "" || !cleaned.startsWith(`${safe}/`) || cleaned.length <= safe.length + 1;
}

/** The shortest path that means the same, as Go's filepath.Clean. */
function cleanPath(path: string): string {
  const rooted = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!rooted) parts.push(part);
  }
  const joined = (rooted ? "/" : "") + parts.join("/");
  return joined === "" ? "." : joined;
}
