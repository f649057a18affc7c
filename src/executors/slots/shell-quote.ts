/**
 * Texts on their way into a POSIX shell.
 * Only single quotes are used: inside them nothing has a meaning except the single quote itself,
 * so a command that a document chose can never become shell syntax.
 */

/** The text as one shell word. The text must not hold NUL, which no program argument can hold either. */
export function quoteForShell(text: string): string {
  return text.includes("'") ? `'${text.replaceAll("'", `'\\''`)}'` : `'${text}'`;
}

/**
 * Names that shells give a meaning or refuse to assign (POSIX 2.5.3 and the additions of dash, bash and busybox).
 * Assigning one of them in front of a command would change or end the slot's own shell.
 */
const shellOwnNames = new Set(
  (
    "IFS PWD OLDPWD PPID OPTIND OPTARG OPTERR LINENO ENV PS1 PS2 PS3 PS4 MAIL MAILPATH MAILCHECK CDPATH UID EUID GROUPS " +
    "SHELLOPTS BASHOPTS BASH_ENV BASH_VERSINFO BASH_ARGC BASH_ARGV BASH_LINENO BASH_SOURCE BASHPID FUNCNAME DIRSTACK " +
    "RANDOM SRANDOM SECONDS EPOCHSECONDS EPOCHREALTIME HISTCMD HISTSIZE HISTFILE ATTY TERM FUNCNEST TMOUT POSIXLY_CORRECT"
  ).split(" "),
);

const shellName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether `NAME='value' command` is a safe way to hand this variable to a command. */
export function isPlainVariableName(name: string): boolean {
  return shellName.test(name) && !shellOwnNames.has(name);
}
