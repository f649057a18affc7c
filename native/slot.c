/*
 * An execution slot as a program of its own: what src/executors/slots/shell-program.ts does with a shell, done with
 * one process for each attempt and with what the kernel tells of an ended child (its exit, its processor time in
 * microseconds, its peak memory). It is made where the machine has a C compiler; everything works without it.
 *
 * The process that becomes an attempt is made ahead, while the engine still decides what comes next, and waits for the
 * attempt itself. Until then it shares memory and descriptors with the slot: the slot has what it reads and opens.
 *
 * A slot reads attempts on its standard input and tells their ends on its standard output:
 *
 *   attempt   <bytes>\n, then so many bytes of texts that each end in NUL:
 *             directory, working directory ("" is the attempt's directory), file for output, file for errors,
 *             the descriptors on which the program may add to the exit record ("", "3" or "35"), and behind them "w"
 *             if it leaves before what it started, which ends with it (bubblewrap): that is waited for; and "n" if
 *             the next attempt will probably come at once, so that it is worth staying awake for it,
 *             how many variables follow, the variables as NAME=VALUE, then the program's absolute path and arguments
 *             (the record has the measures in a line "used", with "whole" if what was waited for is in them, or "part")
 *   end       end <code> <how> <user us> <system us> <peak kB> <left>\n, where <how> is "plain", "signaled" or
 *             "refused", and <left> is 1 when processes of the attempt are still alive, else 0
 *
 * Processes whose parents end become children of the slot (PR_SET_CHILD_SUBREAPER), so it knows whether an attempt left
 * any, also such as cleared their environment and left their session, and their processor time counts as well.
 *
 * What must stay true: the exit record is whole before the end is told; the record stays open while the attempt lasts,
 * which is how a later engine finds the living slot; a slot whose engine is gone finishes its attempt, meets the end of
 * its input, and leaves.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* The lowest descriptor of our own; those below it are the attempt's. */
enum { first_own_fd = 10 };

enum { longest_awake_ns = 1000000 };

struct attempt {
	char *directory;
	char *working_directory;
	char *output;
	char *errors;
	/* Which descriptors get the record, whether orphans are waited for, whether the next attempt comes at once. */
	const char *letters;
	char **variables;
	size_t variable_count;
	char **arguments;
};

static int null_fd;
static pid_t own_pid;

/* What is under way, as far as the process that becomes it has come; it and the slot share this. */
static volatile struct {
	/* The attempt was read. */
	int is_taken;
	/* Its exit record; -1 while there is none. */
	int record;
} now;

static void die(const char *what)
{
	dprintf(2, "slot: %s: %s\n", what, strerror(errno));
	_exit(125);
}

static void *allocate(void *old, size_t size)
{
	void *room = realloc(old, size);
	if (room == NULL)
		die("no memory");
	return room;
}

/* Everything that was read and not used yet. */
static struct {
	char *bytes;
	size_t room;
	size_t from;
	size_t to;
} input;

/* Reads until `count` bytes are there; 0 at the end of the input. */
static int need(size_t count)
{
	while (input.to - input.from < count) {
		if (input.from > 0) {
			memmove(input.bytes, input.bytes + input.from, input.to - input.from);
			input.to -= input.from;
			input.from = 0;
		}
		if (input.room < count || input.room == input.to) {
			input.room = 2 * input.room + 65536;
			if (input.room < count)
				input.room = count;
			input.bytes = allocate(input.bytes, input.room);
		}
		ssize_t got = read(0, input.bytes + input.to, input.room - input.to);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return 0;
		input.to += (size_t)got;
	}
	return 1;
}

/* Reads the line with the length of the next attempt; 0 at the end of the input. */
static int read_length(size_t *length)
{
	*length = 0;
	for (;;) {
		if (!need(1))
			return 0;
		char c = input.bytes[input.from++];
		if (c == '\n')
			return 1;
		if (c < '0' || c > '9' || *length > 100000000) {
			errno = EPROTO;
			die("an attempt without its length");
		}
		*length = 10 * *length + (size_t)(c - '0');
	}
}

static char *take_text(char **at, const char *end)
{
	char *text = *at;
	char *stop = text < end ? memchr(text, 0, (size_t)(end - text)) : NULL;
	if (stop == NULL) {
		errno = EPROTO;
		die("an attempt that ends too soon");
	}
	*at = stop + 1;
	return text;
}

/* The texts stay where they were read; the lists of variables and arguments are reused from attempt to attempt. */
static int read_attempt(struct attempt *attempt)
{
	static char **list;
	static size_t list_room;
	size_t length;
	if (!read_length(&length) || !need(length))
		return 0;
	char *at = input.bytes + input.from;
	char *end = at + length;
	input.from += length;
	attempt->directory = take_text(&at, end);
	attempt->working_directory = take_text(&at, end);
	attempt->output = take_text(&at, end);
	attempt->errors = take_text(&at, end);
	attempt->letters = take_text(&at, end);
	attempt->variable_count = strtoul(take_text(&at, end), NULL, 10);
	size_t count = 0;
	while (at < end) {
		if (count + 2 > list_room) {
			list_room = 2 * list_room + 64;
			list = allocate(list, list_room * sizeof *list);
		}
		list[count++] = take_text(&at, end);
	}
	if (attempt->variable_count >= count) {
		errno = EPROTO;
		die("an attempt without a program");
	}
	list[count] = NULL;
	attempt->variables = list;
	attempt->arguments = list + attempt->variable_count;
	return 1;
}

static size_t name_length(const char *variable)
{
	return strcspn(variable, "=");
}

/* Our own environment with the attempt's variables in it; a later one of the same name wins. */
static char **make_environment(const struct attempt *attempt)
{
	static char **list;
	static size_t room;
	size_t own = 0;
	while (environ[own] != NULL)
		own++;
	if (own + attempt->variable_count + 1 > room) {
		room = own + attempt->variable_count + 1;
		list = allocate(list, room * sizeof *list);
	}
	memcpy(list, environ, own * sizeof *list);
	size_t count = own;
	for (size_t i = 0; i < attempt->variable_count; i++) {
		char *variable = attempt->variables[i];
		size_t length = name_length(variable);
		size_t at = 0;
		while (at < count && (strncmp(list[at], variable, length) != 0 || list[at][length] != '='))
			at++;
		list[at] = variable;
		if (at == count)
			count++;
	}
	list[count] = NULL;
	return list;
}

static void refuse(const char *what, int status)
{
	dprintf(2, "%s: %s\n", what, strerror(errno));
	_exit(status);
}

static void redirect(const char *file, int fd)
{
	int opened = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (opened < 0 || dup2(opened, fd) < 0)
		refuse(file, 126);
}

/*
 * Becomes the attempt's program. It still shares memory with the slot, so it only makes system calls until then.
 * The slot keeps TERM blocked, so that one that is sent to everybody ends the program and not the slot.
 */
static void become(const struct attempt *attempt, char **environment, int record)
{
	dup2(null_fd, 0);
	redirect(attempt->output, 1);
	redirect(attempt->errors, 2);
	for (const char *letter = attempt->letters; *letter != 0; letter++)
		if (*letter == '3' || *letter == '5')
			dup2(record, *letter - '0');
	if (attempt->working_directory[0] != 0 && chdir(attempt->working_directory) != 0)
		refuse(attempt->working_directory, 126);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	char *program = attempt->arguments[0];
	execve(program, attempt->arguments, environment);
	if (errno == ENOEXEC) {
		/* A script without a first line that names its interpreter is one for the shell (POSIX, sh, 2.9.1.6). */
		char *shell[] = { "/bin/sh", program, NULL };
		if (attempt->arguments[1] == NULL)
			execve(shell[0], shell, environment);
		size_t count = 0;
		while (attempt->arguments[count] != NULL)
			count++;
		char *words[count + 2];
		words[0] = shell[0];
		memcpy(words + 1, attempt->arguments, (count + 1) * sizeof *words);
		execve(words[0], words, environment);
	}
	refuse(program, errno == ENOENT || errno == ENOTDIR ? 127 : 126);
}

struct ending {
	int code;
	const char *how;
	long long user_us;
	long long system_us;
	long peak_kb;
	int leaves_processes;
	/* Of a program that leaves first, whether what it left is in the measures: " whole" or " part". */
	const char *share;
};

static void write_all(int fd, const char *text, size_t length)
{
	/* What the record could not take, the engine is told all the same. */
	while (length > 0) {
		ssize_t written = write(fd, text, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return;
		text += written;
		length -= (size_t)written;
	}
}

static long long to_us(struct timeval time)
{
	return (long long)time.tv_sec * 1000000 + time.tv_usec;
}

static void note_end(int record, const struct ending *ending)
{
	char text[160];
	int length = snprintf(text, sizeof text, "used %lld %lld %ld%s\nend %d %s\n", ending->user_us,
			      ending->system_us, ending->peak_kb, ending->share, ending->code,
			      ending->how);
	write_all(record, text, (size_t)length);
}

static void tell_end(const struct ending *ending)
{
	char text[160];
	int length = snprintf(text, sizeof text, "end %d %s %lld %lld %ld %d\n", ending->code, ending->how,
			      ending->user_us, ending->system_us, ending->peak_kb, ending->leaves_processes);
	write_all(1, text, (size_t)length);
}

static void add_usage(struct ending *ending, const struct rusage *used)
{
	ending->user_us += to_us(used->ru_utime);
	ending->system_us += to_us(used->ru_stime);
	if (used->ru_maxrss > ending->peak_kb)
		ending->peak_kb = used->ru_maxrss;
}

/* Takes leave of children that have ended; returns whether others are alive. */
static int reap(struct ending *ending)
{
	for (;;) {
		struct rusage used;
		pid_t ended = wait4(-1, NULL, WNOHANG, &used);
		if (ended < 0 && errno == EINTR)
			continue;
		if (ended <= 0)
			return ended == 0;
		if (ending != NULL)
			add_usage(ending, &used);
	}
}

/*
 * The same, once nobody is alive any more. The kernel has killed them already, so that takes as long as it frees their
 * memory; one that hangs in the kernel is not waited for.
 */
static int reap_dying(struct ending *ending)
{
	const struct timespec longest = { .tv_sec = 1 };
	sigset_t ends;
	sigemptyset(&ends);
	sigaddset(&ends, SIGCHLD);
	/* The signal is blocked, so one that came since the look is still there. */
	while (reap(ending))
		if (sigtimedwait(&ends, NULL, &longest) < 0 && errno == EAGAIN)
			return 1;
	return 0;
}

static struct attempt attempt = { .letters = "" };

/*
 * Waits for the program, and on the way for what its processes left to us. `is_alone`: no processes of earlier attempts
 * were alive before it.
 */
static void wait_for(pid_t child, struct ending *ending, int is_alone)
{
	for (;;) {
		struct rusage used;
		int status;
		pid_t ended = wait4(-1, &status, 0, &used);
		if (ended < 0 && errno == EINTR)
			continue;
		if (ended < 0)
			die("wait");
		int leaves_first = now.is_taken && strchr(attempt.letters, 'w') != NULL;
		int waits_for_orphans = leaves_first && is_alone;
		long own_kb = used.ru_maxrss;
		/* The memory of a program that only prepared the place for the command is not the command's. */
		if (ended == child && waits_for_orphans)
			used.ru_maxrss = 0;
		/* What earlier attempts left is none of the next one's. */
		if (now.is_taken || ended == child)
			add_usage(ending, &used);
		if (ended != child)
			continue;
		ending->code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		ending->how = WIFSIGNALED(status) ? "signaled" : "plain";
		ending->leaves_processes = waits_for_orphans ? reap_dying(ending) : reap(ending);
		if (leaves_first)
			ending->share = waits_for_orphans && !ending->leaves_processes ? " whole" : " part";
		if (ending->peak_kb == 0)
			ending->peak_kb = own_kb;
		return;
	}
}

/* Reads the next attempt and makes its exit record; 0 at the end of the input. */
static int take_attempt(void)
{
	char text[32];
	if (!read_attempt(&attempt))
		return 0;
	now.is_taken = 1;
	if (chdir(attempt.directory) == 0)
		now.record = open("exit", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (now.record < 0)
		dprintf(2, "slot: %s: %s\n", attempt.directory, strerror(errno));
	else
		write_all(now.record, text, (size_t)snprintf(text, sizeof text, "slot %d\n", (int)own_pid));
	return 1;
}

/* From now on descriptors are our own and not those of the slot as well. */
static int leave_descriptors(void)
{
#ifdef SYS_close_range
	enum { close_range_unshare = 2 };
	if (syscall(SYS_close_range, ~0u, ~0u, close_range_unshare) == 0)
		return 0;
#endif
	return unshare(CLONE_FILES);
}

static int become_taken(void *unused)
{
	(void)unused;
	if (now.record >= 0)
		become(&attempt, make_environment(&attempt), now.record);
	return 126;
}

/*
 * Looks for input for as long as an engine takes between two attempts of a chain. To fall asleep and be woken takes as
 * long as to start a process does. Whoever else wants the processor gets it.
 */
static void stay_awake(void)
{
	struct pollfd arrives = { .fd = 0, .events = POLLIN };
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	long long until_ns = 1000000000LL * at.tv_sec + at.tv_nsec + longest_awake_ns;
	while (poll(&arrives, 1, 0) == 0 && 1000000000LL * at.tv_sec + at.tv_nsec < until_ns) {
		sched_yield();
		clock_gettime(CLOCK_MONOTONIC, &at);
	}
}

static int become_next(void *unused)
{
	/* If the slot is killed, nobody would tell how the attempt ends. */
	prctl(PR_SET_PDEATHSIG, (long)SIGKILL);
	if (getppid() != own_pid)
		return 125;
	if (strchr(attempt.letters, 'n') != NULL)
		stay_awake();
	if (!take_attempt())
		return 0;
	prctl(PR_SET_NAME, "millrace-start");
	/* A signal that came until now was for the last attempt. */
	signal(SIGTERM, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	if (leave_descriptors() != 0)
		refuse("slot: descriptors of its own", 126);
	prctl(PR_SET_PDEATHSIG, 0L);
	return become_taken(unused);
}

/* Whether processes can be made ahead: whether they will be able to leave our descriptors. */
static int is_ahead;

static char *process_stack;
enum { process_stack_bytes = 8 << 20 };

static pid_t make_process(int (*become_it)(void *), int flags)
{
	return clone(become_it, process_stack + process_stack_bytes, CLONE_VM | SIGCHLD | flags, NULL);
}

/* Runs one attempt; does not return at the end of the input. */
static void run(void)
{
	const struct ending refused = { .code = 126, .how = "refused", .share = "" };
	struct ending ending = refused;
	now.is_taken = 0;
	now.record = -1;
	/* What earlier attempts left is none of the next one's; nor is it waited for. */
	int is_alone = !reap(NULL);
	pid_t child = is_ahead ? make_process(become_next, CLONE_FILES) : -1;
	if (child < 0) {
		if (!take_attempt())
			_exit(0);
		child = make_process(become_taken, CLONE_VFORK);
	}
	if (child > 0)
		wait_for(child, &ending, is_alone);
	else
		dprintf(2, "slot: a process could not be started: %s\n", strerror(errno));
	/* The input has ended, or what waited for it was killed. */
	if (!now.is_taken)
		_exit(ending.code);
	if (now.record >= 0)
		note_end(now.record, &ending);
	else
		ending = refused;
	tell_end(&ending);
	if (now.record >= 0)
		close(now.record);
}

/* The two signals that glibc keeps for itself are ignored in what posix_spawn starts. For programs they are as usual. */
static void restore_signals(void)
{
	const struct {
		void *handler;
		unsigned long flags;
		void *restorer;
		unsigned long mask[2];
	} usual = { 0 };
	for (long number = 32; number <= 33; number++)
		syscall(SYS_rt_sigaction, number, &usual, NULL, 8);
}

int main(void)
{
	sigset_t kept;
	restore_signals();
	sigemptyset(&kept);
	sigaddset(&kept, SIGTERM);
	sigaddset(&kept, SIGCHLD);
	sigprocmask(SIG_SETMASK, &kept, NULL);
	/* What whoever started the engine left open is none of the attempts' business. Older kernels (< 5.9) keep it. */
#ifdef SYS_close_range
	syscall(SYS_close_range, 3u, ~0u, 0u);
#endif
	/* It must not keep the folder busy from which the engine was started. */
	if (chdir("/") != 0)
		die("/");
	prctl(PR_SET_CHILD_SUBREAPER, 1L);
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_fd < 0)
		die("/dev/null");
	null_fd = fcntl(null_fd, F_DUPFD_CLOEXEC, first_own_fd);
	for (int fd = 3; fd < first_own_fd; fd++)
		dup3(null_fd, fd, O_CLOEXEC);
	own_pid = getpid();
	/* A process that waits has the same name from its birth on: it is none that an attempt left (process-tree.ts). */
	prctl(PR_SET_NAME, "millrace-slot");
	is_ahead = leave_descriptors() == 0;
	process_stack = mmap(NULL, process_stack_bytes, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (process_stack == MAP_FAILED)
		die("no memory");
	for (;;)
		run();
}
