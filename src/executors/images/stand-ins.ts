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

/**
 * busybox nc, as far as workflows use it for small services and to see whether one is there: connect, `-z`, `-w`,
 * listen with `-l -p`, again and again with `-k` or `-ll`, a program for each connection with `-e`. TCP only.
 * Several may listen on one port, because in a cluster each has an address of its own; a connection goes to any of them.
 */
const nc = `#!/bin/sh
# Stand-in for the nc of busybox.
command -v perl >/dev/null || { echo 'nc: neither nc nor perl is installed on this machine' >&2; exit 127; }
exec perl -e '
use strict; use warnings; use IO::Socket::INET; use IO::Select;
my (%has, %value, @program);
while (@ARGV && $ARGV[0] =~ /^-(.+)/) {
  my $letters = $1; shift @ARGV;
  while ($letters ne "") {
    my $letter = substr($letters, 0, 1, "");
    if ($letter eq "e") { @program = (($letters ne "" ? $letters : ()), @ARGV); @ARGV = (); last }
    if ($letter =~ /[pswioq]/) { $value{$letter} = $letters ne "" ? $letters : shift @ARGV; last }
    die "nc: invalid option -- $letter\\n" unless $letter =~ /[lknvz46]/;
    $has{$letter}++;
  }
}
sub serve {
  my ($socket) = @_;
  open(STDIN, "<&", $socket); open(STDOUT, ">&", $socket); open(STDERR, ">&", $socket);
  exec { $program[0] } @program; exit 127;
}
sub pump {
  my ($socket) = @_;
  my $both = IO::Select->new($socket, \\*STDIN);
  while (1) {
    for my $from ($both->can_read) {
      my $count = sysread($from, my $part, 65536);
      if (!$count) { return if $from == $socket; $both->remove($from); shutdown($socket, 1); next }
      my $to = $from == $socket ? \\*STDOUT : $socket;
      while (length $part) { my $sent = syswrite($to, $part); return unless $sent; substr($part, 0, $sent, "") }
    }
  }
}
if ($has{l}) {
  my $port = $value{p} // $ARGV[-1] // die "nc: no port\\n";
  my $server = IO::Socket::INET->new(Listen => 5, LocalAddr => $value{s} // "0.0.0.0", LocalPort => $port, ReuseAddr => 1, ReusePort => 1)
    or die "nc: bind: $!\\n";
  my $again = $has{k} || $has{l} > 1;
  $SIG{CHLD} = "IGNORE" if $again;
  while (my $client = $server->accept) {
    if (!@program) { pump($client) }
    elsif (!$again || !fork) { serve($client) }
    close $client;
    exit 0 unless $again;
  }
  exit 1;
}
my ($host, $port) = @ARGV;
die "nc: give a host and a port\\n" unless defined $port;
my $socket = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port, ($value{w} ? (Timeout => $value{w}) : ()))
  or do { print STDERR "nc: $host ($port): $!\\n"; exit 1 };
exit 0 if $has{z};
serve($socket) if @program;
pump($socket);
' -- "$@"
`;

/** Program name -> text of an executable script. */
export const standIns: Readonly<Record<string, string>> = { argosay, cowsay, nc };
