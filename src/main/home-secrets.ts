/** The Secrets of a home, with the keys of the user who runs this process. Nothing is read before a Secret is met. */
import { homedir } from "node:os";
import { join } from "node:path";
import { openFolderSecrets } from "../stores/folder/folder-secrets.ts";
import type { FolderSecrets } from "../stores/folder/folder-secrets.ts";
import { createSecretKeys } from "../stores/folder/secret-keys.ts";
import type { SecretKeys } from "../stores/folder/secret-keys.ts";
import type { Home } from "./home.ts";

export function openHomeSecrets(home: Home): FolderSecrets {
  let keys: SecretKeys | undefined;
  const open = (): SecretKeys => (keys ??= openKeys(home, process.env));
  return openFolderSecrets(home.secrets, {
    getCurrent: (usedId) => open().getCurrent(usedId),
    getNext: () => open().getNext(),
    find: (id) => open().find(id),
    refuse: (id, needs) => open().refuse(id, needs),
  });
}

function openKeys(home: Home, env: NodeJS.ProcessEnv): SecretKeys {
  const file = env["MILLRACE_SECRET_KEY_FILE"] ?? "";
  const text = env["MILLRACE_SECRET_KEY"] ?? "";
  return createSecretKeys({
    home: home.root,
    folder: keysFolder(env),
    ...(text === "" ? {} : { given: { text, from: "MILLRACE_SECRET_KEY" } }),
    ...(file === "" ? {} : { givenFile: { path: file, from: "MILLRACE_SECRET_KEY_FILE" } }),
  });
}

/** Below the user's folder of settings (XDG Base Directory Specification, XDG_CONFIG_HOME). */
function keysFolder(env: NodeJS.ProcessEnv): string {
  const settings = env["XDG_CONFIG_HOME"] ?? "";
  return join(settings.startsWith("/") ? settings : join(homedir(), ".config"), "millrace", "keys");
}
