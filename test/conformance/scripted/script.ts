/**
 * What a scripted case does and expects, as data: command lines of the product, one after another, and how runs stand
 * between them. The facts are those of Argo's end-to-end tests (test/e2e of argo-workflows 4.1.2).
 */

/** A line that an output must hold: a part of it, or a pattern for it. */
export type Wanted = string | RegExp;

export interface NodeWish {
  readonly phase?: string;
  readonly type?: string;
  readonly message?: Wanted;
  /** Values of input parameters. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly childCount?: number;
  readonly isEstimated?: true;
  /** There is no such node. */
  readonly isAbsent?: true;
}

/** How a run stands, as `get -o json` has it. */
export interface RunWish {
  /** `@latest` unless given. */
  readonly run?: string;
  /** One, or several with `|` between. */
  readonly phase?: string;
  readonly message?: Wanted;
  readonly hasEnded?: true;
  /** Some node waits for a person. */
  readonly waits?: true;
  /** Some node with a command is under way. */
  readonly works?: true;
  readonly isEstimated?: true;
  readonly nodeCount?: number;
  readonly nodeCountAtMost?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  /** By display name or name; `{run}` is the name of the run. */
  readonly nodes?: Readonly<Record<string, NodeWish>>;
  /** Every node of these types has this phase. */
  readonly nodesOfType?: Readonly<Record<string, string>>;
}

export type Step =
  | {
      /**
       * A command line without the program: blanks part words, single quotes hold them together. `{document}` is the
       * document of the case, `{documents}` the folder of all; other files are those of the script.
       */
      readonly cli: string;
      /** 0 unless given. */
      readonly exit?: number;
      readonly prints?: readonly Wanted[];
      readonly omits?: readonly Wanted[];
      /** On error output. */
      readonly tells?: readonly Wanted[];
      /** Every line of the output, in this order. */
      readonly lines?: readonly Wanted[];
      /** Asked again until it is so. */
      readonly again?: true;
    }
  /** Waits until the run stands so. */
  | { readonly until: RunWish }
  /** Stands so now. */
  | { readonly expect: RunWish };

export interface Script {
  readonly steps: readonly Step[];
  /** Files that the commands name and the suite does not hold. Written for these scripts. */
  readonly files?: Readonly<Record<string, string>>;
  /**
   * The only place for a task is taken by another run, so that the one under test stays as it was submitted, however
   * fast its command would be.
   */
  readonly isOccupied?: true;
  /** Waits in real time for more than ten seconds, because the document says so. */
  readonly isSlow?: true;
}
