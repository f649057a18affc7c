/**
 * Every diagnostic code that reading and checking an Argo document can give, with what it means.
 * The documentation is made from this table, and a test holds the sources against it. Codes are never renamed.
 */
export const argoCodes = {
  "argo/ambiguous-source":
    "Two fields that exclude each other are both set, for example manifest and manifestFrom.",
  "argo/api-version":
    "The document is of an Argo kind but does not have the apiVersion argoproj.io/v1alpha1.",
  "argo/artifact-location": "An artifact, or a place to keep artifacts, lacks what its driver needs.",
  "argo/artifact-path": "An artifact has no path where one is needed, or a path where none is possible.",
  "argo/bad-callback":
    "The annotation millrace/callbacks is not as it should be, or stands where no run gets it.",
  "argo/bad-cron-schedule": "A cron line cannot be read, or a cron workflow has none.",
  "argo/bad-deadline":
    "A deadline is not a positive whole number, or stands on a template that cannot have one.",
  "argo/bad-depends": "The depends text of a task cannot be read, or names a result that tasks do not have.",
  "argo/bad-duration": "A duration cannot be read: write for example 30s, 5m or 1h30m.",
  "argo/bad-expression": "An expression cannot be read.",
  "argo/bad-loop": "A step or task has several loops at once, or a loop that cannot be expanded.",
  "argo/bad-manifest": "The manifest of a resource template is missing or is not YAML.",
  "argo/bad-metric": "A metric has a bad name, no help text, no value, or a bad label.",
  "argo/bad-name": "A name has characters that names must not have, or is too long.",
  "argo/bad-number":
    "A number is out of its range, or a text that must be a whole number or an amount is none, or none that is known in time.",
  "argo/bad-object-name": "The metadata name of a document is too long or could not name an object.",
  "argo/bad-output":
    "An output parameter has no source, several sources, or one that its template cannot have.",
  "argo/bad-plugin": "A plugin template does not have exactly one key.",
  "argo/bad-pod-resources": "Pod-level resources list a resource that pods as a whole cannot have.",
  "argo/bad-strategy": "A policy or strategy is not one of the known ones.",
  "argo/bad-synchronization": "A lock has no name, no key, or two sources at once.",
  "argo/boolean-word":
    "A word such as n, yes or on stands where text is wanted; YAML reads it as true or false.",
  "argo/container-set":
    "The containers of a container set are missing, badly named, or depend on each other wrongly.",
  "argo/cycle": "Tasks or containers depend on each other in a circle.",
  "argo/duplicate-key": "A mapping has the same key twice; the last one counts.",
  "argo/duplicate-name": "Two things of the same kind in one place have the same name.",
  "argo/empty-dag": "A dag template has no task.",
  "argo/enum": "A value is not among those its parameter allows, or the list of allowed values is empty.",
  "argo/field-case": "A field is written with other capitals than Argo's.",
  "argo/hook-expression": "A lifecycle hook other than exit needs an expression.",
  "argo/missing-argument": "A template is called without a value for one of its inputs.",
  "argo/missing-dependency": "A task uses an output of a task that it does not depend on.",
  "argo/missing-entrypoint": "A workflow does not say which template it starts with.",
  "argo/missing-image": "A container or script has no image.",
  "argo/missing-kind": "A document has no kind.",
  "argo/missing-name": "Something that needs a name has none.",
  "argo/missing-value": "A parameter has neither a value nor a source for one.",
  "argo/mount-clash": "Two mounts or artifacts use the same path.",
  "argo/no-document": "The file holds no document.",
  "argo/not-a-leaf": "A field that only leaf templates can have stands on a steps or dag template.",
  "argo/old-field": "A field was removed in Argo 4; it is converted where that is possible.",
  "argo/only-steps-and-dag": "A field that only steps and dag templates can have stands on another template.",
  "argo/path-escapes": "A path leaves its directory with dot-dot parts.",
  "argo/reserved-name": "A container has a name that Argo keeps for its own containers.",
  "argo/same-group": "A step uses an output of a step that runs beside it.",
  "argo/template-ref": "A reference to a template is incomplete, or names two things at once.",
  "argo/template-type": "A template has no body, or several.",
  "argo/too-deep": "The document is nested deeper than can be read.",
  "argo/too-many-aliases": "YAML aliases or merges make the document expand beyond what can be read.",
  "argo/too-many-problems": "The document has more problems than are shown.",
  "argo/unclosed-tag": "A tag is opened with two braces and not closed.",
  "argo/undefined-dependency": "A task depends on a task that does not exist.",
  "argo/undefined-target": "A dag target names a task that does not exist.",
  "argo/undefined-template": "A template is called that does not exist.",
  "argo/unknown-field": "A field is not known in its place.",
  "argo/unknown-kind": "The document has an Argo apiVersion but no known kind.",
  "argo/unknown-parameter": "A value was given for a parameter that the document neither declares nor uses.",
  "argo/unknown-volume": "A mount names a volume that the workflow does not have.",
  "argo/unresolved-tag": "A tag names a value that does not exist at its place.",
  "argo/with-template-ref":
    "A workflow takes its templates from a stored template and must not have its own.",
  "argo/wrong-type": "A value has another type than its field.",
  "argo/yaml-syntax": "The text is not YAML.",
} as const;

/** One of the codes of the table. */
export type ArgoCode = keyof typeof argoCodes;
