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
import { findRepositoryKey } from "./lower-artifacts.ts";
import { lowerEnvironment, lowerWord, readEnvironment } from "./lower-environment.ts";
import { lowerDuration, lowerInteger } from "./lower-numbers.ts";
import { lowerReadiness } from "./lower-readiness.ts";
import { lowerMounts } from "./lower-volumes.ts";
import { lowerText, report } from "./lowering.ts";
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
  return {
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
    outputArtifacts: (template.outputs?.artifacts ?? []).flatMap((artifact) =>
      lowerOutputArtifact(desk, artifact),
    ),
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
  const variables = readEnvironment(desk, container, place);
  const { workingDir, image = "" } = container;
  // Others wait only for a daemon, so only there it matters when a container is ready.
  const readiness =
    template.daemon === true && role !== "init"
      ? lowerReadiness(desk, container, variables, place)
      : undefined;
  if (container.securityContext !== undefined) {
    report(desk, "warning", "argo/no-effect", "securityContext has no effect outside a cluster", place);
  }
  return {
    name,
    role,
    image: lowerText(desk, image),
    command: (container.command ?? []).map((word) => lowerWord(desk, word, variables)),
    args: (container.args ?? []).map((word) => lowerWord(desk, word, variables)),
    env: lowerEnvironment(desk, variables),
    ...(workingDir === undefined || workingDir === "" ? {} : { workingDir: lowerText(desk, workingDir) }),
    volumes: lowerMounts(desk, container.volumeMounts ?? [], template.volumes ?? [], place),
    after: [],
    retries: 0,
    retryDelayMs: 0,
    ...(container.tty === true ? { terminal: true } : {}),
    ...(readiness === undefined ? {} : { readiness }),
  };
}

function lowerTaskInput(desk: Lowering, artifact: Artifact): readonly TaskInput[] {
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

function lowerOutputArtifact(desk: Lowering, artifact: Artifact): TaskTemplate["outputArtifacts"] {
  const { name = "", path, optional, archive } = artifact;
  if (path === undefined || path === "") return [];
  const key = findRepositoryKey(artifact);
  return [
    {
      name,
      path: lowerText(desk, path),
      optional: optional ?? false,
      archive: lowerArchive(archive),
      ...(key === undefined ? {} : { key: lowerText(desk, key) }),
    },
  ];
}

/** Tar with gzip unless the document says otherwise (Argo fields.md, ArchiveStrategy). */
export function lowerArchive(archive: ArchiveStrategy | undefined): Archive {
  if (archive?.none !== undefined) return { kind: "none" };
  if (archive?.zip !== undefined) return { kind: "zip" };
  return { kind: "tar", compressionLevel: archive?.tar?.compressionLevel ?? -1 };
}
