/**
 * What an image name stands for where there are no containers: its entrypoint, its command, and the tools that are
 * expected on the host. Data only; resolve-command.ts applies it.
 *
 * An image that is not in the table may be used as long as its command is given and exists on the host.
 * Users add to the table, or replace lines of it, in `images.json` of their home.
 */

/** A line of the table. */
export interface ImageEntry {
  /** As in the image (Dockerfile ENTRYPOINT); used when the order has no command. */
  readonly entrypoint: readonly string[];
  /** As in the image (Dockerfile CMD); used when the order has neither command nor args. */
  readonly cmd: readonly string[];
  /** Programs that must exist on the host, by the names they have in the image. */
  readonly tools: readonly string[];
  /** Names in the image -> names on the host, in order of preference. */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  /** Absolute paths of programs in the image -> the tool that stands for them. */
  readonly files: Readonly<Record<string, string>>;
}

/** A line as a user writes it: everything may be left out. */
export interface ImageEntryInput {
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly tools?: readonly string[];
  readonly aliases?: Readonly<Record<string, string | readonly string[]>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** Image name or pattern (`*` matches anything) -> line. Names match with or without registry and tag. */
export type ImageTable = Readonly<Record<string, ImageEntryInput>>;

/**
 * The shell of images that are made of busybox knows `[[`, `==`, `$RANDOM` and `local`, and its `echo` leaves
 * backslashes alone. Busybox itself, then bash under the name `sh`, behave like it; dash does not.
 */
const busyboxShell: ImageEntryInput = {
  cmd: ["sh"],
  tools: ["sh"],
  aliases: { sh: ["busybox", "bash", "sh"], ash: ["busybox", "bash", "sh"] },
  files: { "/bin/sh": "sh", "/bin/ash": "ash", "/usr/bin/nc": "nc" },
};

const debianShell: ImageEntryInput = { cmd: ["bash"], tools: ["bash"] };

const python: ImageEntryInput = {
  cmd: ["python3"],
  tools: ["python3"],
  aliases: { python: ["python", "python3"], python3: ["python3", "python"], pip: ["pip", "pip3"] },
  files: {
    "/usr/local/bin/python": "python",
    "/usr/local/bin/python3": "python3",
    "/usr/bin/python": "python",
  },
};

const node: ImageEntryInput = {
  cmd: ["node"],
  tools: ["node"],
  aliases: { node: ["node", "nodejs"] },
  files: { "/usr/local/bin/node": "node" },
};

/**
 * argosay v1 is cowsay on Ubuntu; v2 adds a program of that name as entrypoint
 * (argo-workflows, test/e2e/images/argosay). Both are stood in for by scripts of our own (stand-ins.ts).
 */
const argosay: ImageEntryInput = {
  entrypoint: ["/argosay"],
  tools: ["argosay", "cowsay", "sh"],
  aliases: { sh: ["bash", "busybox", "sh"] },
  files: { "/argosay": "argosay", "/usr/games/cowsay": "cowsay" },
};

const cowsay: ImageEntryInput = {
  cmd: ["cowsay"],
  tools: ["cowsay"],
  files: { "/usr/games/cowsay": "cowsay" },
};

function program(name: string, ...aliases: readonly string[]): ImageEntryInput {
  return {
    entrypoint: [name],
    tools: [name],
    ...(aliases.length === 0 ? {} : { aliases: { [name]: [name, ...aliases] } }),
  };
}

/** The table that comes with Millrace. The first pattern that matches wins. */
const builtInImages: ImageTable = {
  "argoproj/argosay:v1": cowsay,
  "argoproj/argosay": argosay,
  "*/argosay": argosay,
  "docker/whalesay": cowsay,
  "*/cowsay": cowsay,
  busybox: busyboxShell,
  alpine: busyboxShell,
  "alpine/git": program("git"),
  "alpine/curl": program("curl"),
  "curlimages/curl": {
    ...program("curl"),
    aliases: { sh: ["busybox", "bash", "sh"] },
    files: { "/bin/sh": "sh" },
  },
  "*/jq": program("jq"),
  "*/yq": program("yq"),
  bash: { cmd: ["bash"], tools: ["bash"] },
  ubuntu: debianShell,
  debian: debianShell,
  centos: debianShell,
  fedora: debianShell,
  rockylinux: debianShell,
  amazonlinux: debianShell,
  "python*": python,
  node: node,
  "node-*": node,
  golang: { cmd: ["bash"], tools: ["go"], files: { "/usr/local/go/bin/go": "go" } },
  rust: { cmd: ["bash"], tools: ["cargo"] },
  ruby: { cmd: ["irb"], tools: ["ruby"] },
  perl: { cmd: ["perl"], tools: ["perl"] },
  php: { cmd: ["php"], tools: ["php"] },
  "r-base": { cmd: ["R"], tools: ["R"] },
  "openjdk*": { cmd: ["jshell"], tools: ["java"] },
  "eclipse-temurin": { cmd: ["jshell"], tools: ["java"] },
  maven: { cmd: ["mvn"], tools: ["mvn"] },
  gradle: { cmd: ["gradle"], tools: ["gradle"] },
  nginx: { cmd: ["nginx", "-g", "daemon off;"], tools: ["nginx"] },
  redis: { cmd: ["redis-server"], tools: ["redis-server"] },
  postgres: { cmd: ["postgres"], tools: ["postgres"] },
  influxdb: { cmd: ["influxd"], tools: ["influxd"] },
  "*/kubectl": program("kubectl"),
  "*/helm": program("helm"),
  "*/terraform": program("terraform"),
  "*/aws-cli": program("aws"),
  "*/imagemagick": { tools: ["convert"], aliases: { convert: ["convert", "magick"] } },
  docker: { entrypoint: ["docker"], tools: ["docker"] },
};

/** An image name taken apart: registry, repository path and tag, as the distribution specification reads it. */
export interface ImageName {
  readonly registry?: string;
  readonly repository: string;
  readonly tag?: string;
}

/** Reads an image name; a first part with a dot or a colon, or `localhost`, is a registry. */
export function readImageName(image: string): ImageName {
  const plain = image.trim().replace(/@.*$/, "");
  const tagAt = plain.lastIndexOf(":");
  const hasTag = tagAt > plain.lastIndexOf("/");
  const path = hasTag ? plain.slice(0, tagAt) : plain;
  const [first = "", ...rest] = path.split("/");
  const isRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return {
    ...(isRegistry ? { registry: first } : {}),
    repository: (isRegistry ? rest.join("/") : path).replace(/^library\//, ""),
    ...(hasTag ? { tag: plain.slice(tagAt + 1) } : {}),
  };
}

/** The line for an image: the user's lines first, then the built-in ones; undefined when none matches. */
export function findImageEntry(image: string, userImages: ImageTable): ImageEntry | undefined {
  const name = readImageName(image);
  const found = findLine(userImages, image, name) ?? findLine(builtInImages, image, name);
  if (found === undefined) return undefined;
  // A tag that says so means a busybox shell below whatever else the image brings.
  const hasBusyboxShell =
    /(^|[-.])(alpine|busybox)/.test(name.tag ?? "") && found.aliases?.["sh"] === undefined;
  return completeEntry(hasBusyboxShell ? { ...found, ...withBusyboxShell(found) } : found);
}

function withBusyboxShell(entry: ImageEntryInput): Pick<ImageEntryInput, "aliases" | "files"> {
  return {
    aliases: { ...busyboxShell.aliases, ...entry.aliases },
    files: { ...busyboxShell.files, ...entry.files },
  };
}

function completeEntry(entry: ImageEntryInput): ImageEntry {
  const aliases = Object.entries(entry.aliases ?? {}).map(([name, hosts]): [string, readonly string[]] => [
    name,
    typeof hosts === "string" ? [hosts] : hosts,
  ]);
  return {
    entrypoint: entry.entrypoint ?? [],
    cmd: entry.cmd ?? [],
    tools: entry.tools ?? [],
    aliases: Object.fromEntries(aliases),
    files: entry.files ?? {},
  };
}

/** From the most exact form of the name to its last part: with tag, whole, without registry, last part. */
function findLine(table: ImageTable, image: string, name: ImageName): ImageEntryInput | undefined {
  const tagged = name.tag === undefined ? [] : [`${name.repository}:${name.tag}`];
  const whole = name.registry === undefined ? [] : [`${name.registry}/${name.repository}`];
  const last = name.repository.slice(name.repository.lastIndexOf("/") + 1);
  for (const form of new Set([image.trim(), ...whole, ...tagged, name.repository, `*/${last}`, last])) {
    const exact = Object.hasOwn(table, form) ? table[form] : undefined;
    if (exact !== undefined) return exact;
  }
  const forms = [...tagged, name.repository, last];
  for (const [pattern, entry] of Object.entries(table)) {
    if (pattern.includes("*") && forms.some((form) => matchesPattern(form, pattern))) return entry;
  }
  return undefined;
}

function matchesPattern(text: string, pattern: string): boolean {
  const source = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${source.join(".*")}$`).test(text);
}
