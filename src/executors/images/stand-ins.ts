/**
 * Small POSIX shell programs that stand for the programs of demonstration images,
 * so that their documents run on a machine that has only a shell.
 * They follow what the originals do that a workflow can observe: output, files and exit codes.
 */

/** argo-workflows, test/e2e/images/argosay/v2: verbs echo, cat, exit, sleep, assert_contains, sh. */
const argosay = `#!/bin/sh
# Stand-in for the argosay image of the Argo Workflows tests.
set -u
verb=\${1:-echo}
[ $# -gt 0 ] && shift
case $verb in
echo)
  case $# in
  0) printf '%s\\n' 'hello argo' ;;
  1) printf '%s\\n' "$1" ;;
  2)
    case $2 in */*) mkdir -p -- "\${2%/*}/" || exit 1 ;; esac
    printf '%s\\n' "$1" >"$2" || exit 1
    ;;
  *) echo 'usage: argosay echo [TEXT [FILE]]' >&2; exit 1 ;;
  esac
  ;;
cat) [ $# -eq 0 ] || exec cat -- "$@" ;;
exit) exit "\${1:-0}" ;;
sleep) exec sleep "$1" ;;
assert_contains)
  [ $# -eq 2 ] || { echo 'usage: argosay assert_contains FILE TEXT' >&2; exit 1; }
  exec grep -F -- "$2" "$1"
  ;;
sh) exec sh "$@" ;;
*) echo "argosay: unknown verb: $verb" >&2; exit 1 ;;
esac
`;

/** A speaking cow: the text in a bubble of at most 40 columns; without arguments the text is standard input. */
const cowsay = `#!/bin/sh
# Stand-in for cowsay.
if [ $# -gt 0 ]; then text=$*; else text=$(cat); fi
printf '%s\\n' "$text" | fold -s -w 39 | awk '
{ sub(/ +$/, ""); line[NR] = $0; if (length($0) > width) width = length($0) }
END {
  bar = ""; for (i = 0; i < width + 2; i++) bar = bar "-"
  print " " bar
  for (i = 1; i <= NR; i++) printf "%s %-" width "s %s\\n", (NR == 1 ? "<" : "|"), line[i], (NR == 1 ? ">" : "|")
  print " " bar
  print "    \\\\"
  print "     \\\\   ^__^"
  print "         (oo)____"
  print "         (__)    )~"
  print "           ||--||"
}'
`;

/** Program name -> text of an executable script. */
export const standIns: Readonly<Record<string, string>> = { argosay, cowsay };
