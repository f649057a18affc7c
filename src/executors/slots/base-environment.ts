/**
 * The environment that every attempt starts from.
 *
 * It is clean: the engine's own environment holds tokens and passwords that no document asked for, so only names
 * that a program needs to run at all are passed on. Whatever else a machine needs (proxies, certificate files)
 * is named in the configuration.
 */
import { existsSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { lazily } from "../../base/lazily.ts";

/** Names that are passed on from the engine's environment when they are set. */
const passedByDefault: readonly string[] = ["PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ"];

const passwordFile = "/etc/passwd";

const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** PATH, language, time zone, user and shell; HOME and TMPDIR are the attempt's own and are added later. */
export function makeBaseEnvironment(
  host: Readonly<Record<string, string | undefined>>,
  passed: readonly string[],
): Readonly<Record<string, string>> {
  const user = findUserName();
  const environment: Record<string, string> = {
    PATH: usualPath,
    LANG: "C.UTF-8",
    USER: user,
    LOGNAME: user,
    SHELL: "/bin/sh",
  };
  for (const name of [...passedByDefault, ...passed]) {
    const value = host[name];
    if (value !== undefined && value !== "") environment[name] = value;
  }
  return environment;
}

/** The name of the user that runs this, or its number where it has no name (containers with any uid). */
export const findUserName: () => string = lazily(() => {
  try {
    return findLocalName() ?? userInfo().username;
  } catch {
    // The password file has no line for this uid; the number says as much.
    return String(process.getuid?.() ?? "unknown");
  }
});

/** The system looks into this file first; to be asked, it loads libraries for all the places that it knows. */
function findLocalName(): string | undefined {
  const uid = process.getuid?.();
  if (uid === undefined || !existsSync(passwordFile)) return undefined;
  const lines = readFileSync(passwordFile, "utf8").split("\n");
  return lines.map((line) => line.split(":")).find((fields) => fields[2] === String(uid))?.[0];
}
