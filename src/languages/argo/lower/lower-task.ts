/**
 * Templates that become work for an executor: container, script and containerSet, with their init containers and
 * sidecars. All inputs and outputs belong to the command named `main` (Argo fields.md, ContainerSetTemplate).
 */
import type { TaskInput, TaskTemplate } from "../../../model/plan/plan.ts";
import type {
  ArchiveStrategy,
  Artifact,
  Container,
  ContainerNode,
  ScriptTemplate,
  Template,
  UserContainer,
} from "../read/types.ts";
import type { Archive } from "../../../model/data/artifact.ts";
import { lowerOutputPlace } from "./lower-artifacts.ts";
import { mentionsProgress, progressFile, progressVariable, progressVolume } from "./progress-file.ts";
import { collectHints } from "./lower-hints.ts";
import { lowerEnvironment, readEnvironment } from "./lower-environment.ts";
import { lowerDuration, lowerInteger } from "./lower-numbers.ts";
import { lowerReadiness } from "./lower-readiness.ts";
import { lowerMounts } from "./lower-volumes.ts";
import { lowerWord } from "./lower-words.ts";
import { lowerText } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

type CommandTemplate = TaskTemplate["commands"][number];

/** Kubernetes' terminationGracePeriodSeconds: 30 s between the polite and the forced end. */
const graceMs = 30_000;

/** The task of a leaf template. Whether its standard output is kept is decided when all callers are known. */
export function lowerTask(desk: Lowering, template: Template, place: Place): TaskTemplate {
  const mains = lowerMains(desk, template, place);
  const mainMounts = template.container?.volumeMounts ?? template.script?.volumeMounts ?? [];
  const beside = (containers: readonly UserContainer[], role: "init" | "side"): readonly CommandTemplate[] =>
    containers.map((container, index) => {
      const mounts =
        container.mirrorVolumeMounts === true
          ? [...mainMounts, ...(container.volumeMounts ?? [])]
          : (container.volumeMounts ?? []);
      return lowerCommand(
        desk,
        { ...container, volumeMounts: mounts },
        container.name ?? `${role}-${index}`,
        role,
        template,
        place,
      );
    });
  const hints = collectHints(desk, template);
  return {
    ...(hints === undefined ? {} : { hints }),
    ...(mains.some(({ volumes }) => volumes.includes(progressVolume)) ? { progressFile } : {}),
    commands: [
      ...beside(template.initContainers ?? [], "init"),
      ...mains,
      ...beside(template.sidecars ?? [], "side"),
    ],
    inputs: (template.inputs?.artifacts ?? []).flatMap((artifact) => lowerTaskInput(desk, artifact)),
    outputParameters: (template.outputs?.parameters ?? []).flatMap(({ name = "", valueFrom }) =>
      valueFrom?.path === undefined
        ? []
        : [
            {
              name,
              path: lowerText(desk, valueFrom.path),
              ...(valueFrom.default === undefined ? {} : { default: lowerText(desk, valueFrom.default) }),
            },
          ],
    ),
    outputArtifacts: [
      ...(template.outputs?.artifacts ?? []).flatMap((artifact, index) =>
        lowerOutputArtifact(desk, artifact, template, {
          document: place.document,
          path: [...place.path, "outputs", "artifacts", index],
        }),
      ),
      ...lowerLogs(desk, template, mains, place),
    ],
    captureResult: false,
    graceMs,
  };
}

function lowerMains(desk: Lowering, template: Template, place: Place): readonly CommandTemplate[] {
  if (template.script !== undefined) return [lowerScript(desk, template.script, template, place)];
  if (template.container !== undefined)
    return [lowerCommand(desk, template.container, "main", "main", template, place)];
  const set = template.containerSet;
  const at = { document: place.document, path: [...place.path, "containerSet"] };
  const retries =
    set?.retryStrategy?.retries === undefined
      ? 0
      : lowerInteger(desk, set.retryStrategy.retries, "retries", at);
  const duration = set?.retryStrategy?.duration;
  const retryDelayMs =
    duration === undefined || duration === "" ? 0 : lowerDuration(desk, duration, "duration", at);
  return (set?.containers ?? []).map((container: ContainerNode, index) => {
    const mounts = [...(set?.volumeMounts ?? []), ...(container.volumeMounts ?? [])];
    const command = lowerCommand(
      desk,
      { ...container, volumeMounts: mounts },
      container.name ?? `main-${index}`,
      "main",
      template,
      at,
    );
    return {
      ...command,
      after: container.dependencies ?? [],
      retries: retries ?? 0,
      retryDelayMs: retryDelayMs ?? 0,
    };
  });
}

function lowerScript(
  desk: Lowering,
  script: ScriptTemplate,
  template: Template,
  place: Place,
): CommandTemplate {
  const command = lowerCommand(desk, script, "main", "main", template, place);
  // Without a source the template is a container: no file is written, and no path is appended (Argo does the same).
  if (script.source === undefined || script.source === "") return command;
  return { ...command, script: lowerText(desk, script.source) };
}

function lowerCommand(
  desk: Lowering,
  container: Container,
  name: string,
  role: "init" | "main" | "side",
  template: Template,
  place: Place,
): CommandTemplate {
  const isToldOf = role === "main" && mentionsProgress(container);
  const own = readEnvironment(desk, container, template, place);
  const variables = isToldOf ? [progressVariable, ...own] : own;
  const { workingDir, image = "" } = container;
  // Others wait only for a daemon, so only there it matters when a container is ready.
  const readiness =
    template.daemon === true && role !== "init"
      ? lowerReadiness(desk, container, variables, place)
      : undefined;
  return {
    name,
    role,
    image: lowerText(desk, image),
    command: (container.command ?? []).map((word) => lowerWord(desk, word, variables)),
    args: (container.args ?? []).map((word) => lowerWord(desk, word, variables)),
    env: lowerEnvironment(desk, variables),
    ...(workingDir === undefined || workingDir === "" ? {} : { workingDir: lowerText(desk, workingDir) }),
    volumes: [
      ...lowerMounts(desk, container.volumeMounts ?? [], template, variables, place),
      ...(isToldOf ? [progressVolume] : []),
    ],
    after: [],
    retries: 0,
    retryDelayMs: 0,
    ...(container.tty === true ? { terminal: true } : {}),
    ...(readiness === undefined ? {} : { readiness }),
  };
}

/** Where an input artifact lies for the commands; without a path it lies nowhere. */
export function lowerTaskInput(desk: Lowering, artifact: Artifact): readonly TaskInput[] {
  const { name = "", path, mode, recurseMode, archive } = artifact;
  if (path === undefined || path === "") return [];
  const input: TaskInput = {
    name,
    path: lowerText(desk, path),
    unpack: archive?.none !== undefined ? "keep" : archive?.zip !== undefined ? "zip" : "tar-by-content",
    ...(mode === undefined ? {} : { mode }),
    recurseMode: recurseMode ?? false,
  };
  return [input];
}

function lowerOutputArtifact(
  desk: Lowering,
  artifact: Artifact,
  template: Template,
  place: Place,
): TaskTemplate["outputArtifacts"] {
  const { name = "", path, optional, archive } = artifact;
  if (path === undefined || path === "") return [];
  return [
    {
      name,
      path: lowerText(desk, path),
      optional: optional ?? false,
      archive: lowerArchive(archive),
      ...lowerOutputPlace(desk, artifact, place, template.archiveLocation),
    },
  ];
}

/** The logs of main commands as artifacts, where the repository, the workflow or the template asks for it (Argo docs, archive logs). */
function lowerLogs(
  desk: Lowering,
  template: Template,
  mains: readonly CommandTemplate[],
  place: Place,
): TaskTemplate["outputArtifacts"] {
  const { archiveLocation } = template;
  const isAsked =
    desk.repository?.archiveLogs === true || (archiveLocation?.archiveLogs ?? desk.archiveLogs) === true;
  if (!isAsked) return [];
  return mains.flatMap(({ name }) => {
    if (typeof name !== "string") return [];
    const artifact: Artifact = { name: `${name}-logs`, path: `${name}.log`, archive: { none: {} } };
    return [
      {
        name: `${name}-logs`,
        path: `${name}.log`,
        optional: true,
        archive: { kind: "none" },
        log: name,
        ...lowerOutputPlace(desk, artifact, place, archiveLocation),
      },
    ];
  });
}

/** Tar with gzip unless the document says otherwise (Argo fields.md, ArchiveStrategy). */
function lowerArchive(archive: ArchiveStrategy | undefined): Archive {
  if (archive?.none !== undefined) return { kind: "none" };
  if (archive?.zip !== undefined) return { kind: "zip" };
  return { kind: "tar", compressionLevel: archive?.tar?.compressionLevel ?? -1 };
}
