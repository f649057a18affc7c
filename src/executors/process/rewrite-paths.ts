/**
 * Rewriting absolute paths in the texts of a command, so that they point at the attempt's private copy.
 *
 * A path is replaced only where it stands as a whole path or as the beginning of one: `/tmp/x` is found in
 * `cat /tmp/x`, `--out=/tmp/x/y` and `-I/tmp/x`, but neither in `/tmp/xy` and `/tmp/x.bak` nor in `a/tmp/x`,
 * `${dir}/tmp/x` and `s3://bucket/tmp/x`. This sees text, not meaning: a path that a program puts together from
 * pieces escapes it, and a path that is only printed is printed rewritten. The sandbox has neither weakness.
 */

export interface PathMapping {
  /** Absolute, tidy, not `/`. */
  readonly from: string;
  readonly to: string;
}

export interface PathRewriter {
  readonly rewrite: (text: string) => string;
  /** The mappings that were used so far. */
  readonly used: ReadonlySet<PathMapping>;
}

/** What may not stand directly before a path; `-I/tmp` and `file:///tmp` are let through. */
const before = String.raw`(?<=(?:^|[\s"'=,;:|&(<>[{\u0060!@])(?:-[A-Za-z])?|file:\/\/)`;
/** What must follow it: the end, a slash, or something that cannot belong to a file name that merely begins alike. */
const after = String.raw`(?![A-Za-z0-9_\-]|\.[A-Za-z0-9_])`;

const patterns = new Map<string, RegExp>();
const mostPatterns = 500;

/** The longest path wins where several begin at the same place. Attempts of one template have the same paths. */
function getPattern(paths: readonly string[]): RegExp {
  const key = paths.join("\0");
  const known = patterns.get(key);
  if (known !== undefined) return known;
  if (patterns.size >= mostPatterns) patterns.clear();
  const source = [...paths]
    .sort((a, b) => b.length - a.length)
    .map((path) => path.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"))
    .join("|");
  const made = new RegExp(`${before}(?:${source})${after}`, "g");
  patterns.set(key, made);
  return made;
}

/** The last mapping of a path counts. */
export function createPathRewriter(mappings: readonly PathMapping[]): PathRewriter {
  let pattern: RegExp | undefined;
  const used = new Set<PathMapping>();
  return {
    used,
    rewrite: (text) => {
      // A pattern is slow to make, and most texts hold none of the paths.
      if (!mappings.some(({ from }) => text.includes(from))) return text;
      pattern ??= getPattern(mappings.map(({ from }) => from));
      return text.replace(pattern, (path) => {
        const mapping = mappings.findLast(({ from }) => from === path);
        if (mapping === undefined) return path;
        used.add(mapping);
        return mapping.to;
      });
    },
  };
}
