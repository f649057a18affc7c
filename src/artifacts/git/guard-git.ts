/** The environment in which git, and ssh for it, connect through a proxy of ours (transfer/guarded-proxy.ts) and not otherwise. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { proxyUser } from "../transfer/guarded-proxy.ts";
import type { GuardedProxy } from "../transfer/guarded-proxy.ts";

/** For ssh and git's own protocol: a program that opens a connection through the proxy, by its environment. */
const tunnel = `const [host, port] = process.argv.slice(2);
const [proxy, auth] = process.env.MILLRACE_GIT_TUNNEL.split(" ");
const socket = require("node:net").connect(Number(proxy), "127.0.0.1", () =>
  socket.write("CONNECT " + (host.includes(":") ? "[" + host + "]" : host) + ":" + (port || "9418") +
    " HTTP/1.1\\r\\nProxy-Authorization: Basic " + auth + "\\r\\n\\r\\n"));
let head = Buffer.alloc(0);
const read = (chunk) => {
  head = Buffer.concat([head, chunk]);
  const end = head.indexOf("\\r\\n\\r\\n");
  if (end < 0) return;
  socket.off("data", read);
  if (!head.toString("latin1").startsWith("HTTP/1.1 200")) process.exit(1);
  process.stdout.write(head.subarray(end + 4));
  socket.pipe(process.stdout);
  process.stdin.pipe(socket);
};
socket.on("data", read);
socket.on("error", () => process.exit(1));
socket.on("close", () => process.exit(0));
`;

/** Everything that git connects to goes through the proxy; what the user's environment says of proxies is over. */
export async function guardGit(
  env: NodeJS.ProcessEnv,
  proxy: GuardedProxy,
  folder: string,
): Promise<NodeJS.ProcessEnv> {
  await writeFile(join(folder, "tunnel.cjs"), tunnel, { mode: 0o600 });
  const program = join(folder, "tunnel");
  await writeFile(program, `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(`${program}.cjs`)} "$@"\n`, {
    mode: 0o700,
  });
  const login = `${proxyUser}:${proxy.password}`;
  const address = `http://${login}@127.0.0.1:${proxy.port}`;
  const settings = [
    ["http.proxy", address],
    ["http.proxyAuthMethod", "basic"],
    ["core.gitProxy", program],
  ];
  const named = settings.flatMap(([name = "", value = ""], index) => [
    [`GIT_CONFIG_KEY_${index}`, name],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    ...env,
    ...Object.fromEntries(named),
    GIT_SSH_COMMAND: `${env["GIT_SSH_COMMAND"] ?? "ssh"} -o 'ProxyCommand=${program} %h %p'`,
    GIT_CONFIG_COUNT: String(settings.length),
    MILLRACE_GIT_TUNNEL: `${proxy.port} ${Buffer.from(login).toString("base64")}`,
    http_proxy: address,
    https_proxy: address,
    HTTPS_PROXY: address,
    ALL_PROXY: address,
    all_proxy: address,
    no_proxy: "",
    NO_PROXY: "",
  };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
