/*
 * What the engine asks of the system past Node: an addon (Node-API 8), made where the machine has a C compiler.
 *
 * Slots are started here, because Node's own `child_process` copies the engine to start a program, which takes longer the
 * more memory it holds, and loads a dozen modules for it. Here the program is started without a copy (posix_spawn), and
 * one socket is its standard input and output.
 *
 *   version               a number, another one whenever what is below changes: launcher and program take no other
 *   start(program, variables, notices, listener)   a slot, or the number of an error (errno)
 *     program     an absolute path
 *     variables   its whole environment, NAME=VALUE
 *     notices     a file to which its standard error is appended
 *     listener    called with each text that comes (its bytes as Latin-1), and last with undefined
 *   pid(slot)             its process, which leads a session and a group of its own
 *   write(slot, text)     gives it text; what it does not take at once is kept until it does
 *   end(slot)             no more text will follow
 *   detach(slot)          the same, and the event loop does not go on for its sake
 *   leave(code)           ends the process at once, as _exit does
 *
 * The start is made shorter here as well. V8 would copy the text of the program into its heap, and Node the compiled code
 * into a buffer.
 *
 *   setFlags(text)        sets flags of V8, as `v8.setFlagsFromString` does, which loads streams; whether it could
 *   mapText(file)         its bytes as a string of Latin-1; undefined when it cannot be read
 *   mapFile(file)         its bytes as a Buffer that must not be written to; undefined likewise
 *   countProcessors()     how many this process may use, as node:os tells, which would have to be loaded
 *   crc32(bytes, before)  as zlib's, which Node would load streams for; V8 takes 0.1 us a byte as long as it only
 *                         interprets what it has never run
 *
 * What must stay true: nothing here waits for a slot; every slot keeps the event loop alive until it is gone or
 * detached; once the listener has heard undefined, all other calls do nothing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What we use of Node-API and of libuv, both of which keep their binary interfaces (nodejs.org/api/n-api.html). */
typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_ref__ *napi_ref;
typedef struct napi_handle_scope__ *napi_handle_scope;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
typedef void (*napi_finalize)(napi_env, void *data, void *hint);
enum { napi_ok = 0 };

extern int napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
extern int napi_set_named_property(napi_env, napi_value, const char *, napi_value);
extern int napi_get_cb_info(napi_env, napi_callback_info, size_t *, napi_value *, napi_value *, void **);
extern int napi_create_int32(napi_env, int32_t, napi_value *);
extern int napi_get_value_int32(napi_env, napi_value, int32_t *);
extern int napi_get_undefined(napi_env, napi_value *);
extern int napi_get_global(napi_env, napi_value *);
extern int napi_get_value_string_utf8(napi_env, napi_value, char *, size_t, size_t *);
extern int napi_create_string_latin1(napi_env, const char *, size_t, napi_value *);
extern int napi_get_array_length(napi_env, napi_value, uint32_t *);
extern int napi_get_element(napi_env, napi_value, uint32_t, napi_value *);
extern int napi_create_external(napi_env, void *, napi_finalize, void *, napi_value *);
extern int napi_get_value_external(napi_env, napi_value, void **);
extern int napi_create_reference(napi_env, napi_value, uint32_t, napi_ref *);
extern int napi_get_reference_value(napi_env, napi_ref, napi_value *);
extern int napi_delete_reference(napi_env, napi_ref);
extern int napi_open_handle_scope(napi_env, napi_handle_scope *);
extern int napi_close_handle_scope(napi_env, napi_handle_scope);
extern int napi_make_callback(napi_env, void *, napi_value, napi_value, size_t, const napi_value *, napi_value *);
extern int napi_get_and_clear_last_exception(napi_env, napi_value *);
extern int napi_fatal_exception(napi_env, napi_value);
extern int napi_create_uint32(napi_env, uint32_t, napi_value *);
extern int napi_get_value_uint32(napi_env, napi_value, uint32_t *);
extern int napi_get_typedarray_info(napi_env, napi_value, int *type, size_t *length, void **data, napi_value *buffer,
				    size_t *offset);
extern int napi_get_boolean(napi_env, int, napi_value *);
extern int napi_create_external_buffer(napi_env, size_t, void *, napi_finalize, void *hint, napi_value *);
extern int napi_throw_error(napi_env, const char *code, const char *message);
extern int napi_get_uv_event_loop(napi_env, void **);

/* Not in every Node that this is loaded into (Node-API 10), and of V8's own interface (v8-initialization.h, V8::SetFlagsFromString). */
extern int node_api_create_external_string_latin1(napi_env, char *, size_t, napi_finalize, void *hint, napi_value *,
						  unsigned char *copied) __attribute__((weak));
extern void set_v8_flags(const char *, size_t) __asm__("_ZN2v82V818SetFlagsFromStringEPKcm") __attribute__((weak));

/* UV_POLL, and the events of a uv_poll_t. */
enum { uv_poll = 8, uv_readable = 1, uv_writable = 2 };

extern unsigned int uv_available_parallelism(void);
extern size_t uv_handle_size(int type);
extern int uv_poll_init(void *loop, void *handle, int fd);
extern int uv_poll_start(void *handle, int events, void (*told)(void *, int status, int events));
extern void uv_unref(void *handle);
extern void uv_close(void *handle, void (*closed)(void *));
extern void uv_handle_set_data(void *handle, void *data);
extern void *uv_handle_get_data(const void *handle);

struct slot {
	napi_env env;
	napi_ref listener;
	/* Keeps the slot from being collected while the event loop knows it. */
	napi_ref self;
	void *handle;
	pid_t pid;
	int socket;
	int is_open;
	int has_ended;
	/* The event loop has let go of the handle. */
	int is_forgotten;
	/* What the program has not taken yet. */
	char *kept;
	size_t kept_bytes;
};

/* Processes that have ended or will, and that nobody has taken leave of. */
static struct {
	pid_t *pids;
	size_t count;
	size_t room;
} ended;

static void reap(void)
{
	size_t left = 0;
	for (size_t i = 0; i < ended.count; i++)
		if (waitpid(ended.pids[i], NULL, WNOHANG) == 0)
			ended.pids[left++] = ended.pids[i];
	ended.count = left;
}

static void reap_later(pid_t pid)
{
	reap();
	if (waitpid(pid, NULL, WNOHANG) != 0)
		return;
	if (ended.count == ended.room) {
		size_t room = 2 * ended.room + 16;
		pid_t *pids = realloc(ended.pids, room * sizeof *pids);
		/* Without memory it stays as an entry in the table of processes until the engine is gone. */
		if (pids == NULL)
			return;
		ended.pids = pids;
		ended.room = room;
	}
	ended.pids[ended.count++] = pid;
}

static void forget_slot(napi_env env, void *data, void *hint)
{
	(void)env;
	(void)hint;
	struct slot *slot = data;
	/* A thread of Node that is stopped lets go of everything at once. */
	if (!slot->is_forgotten)
		return;
	free(slot->handle);
	free(slot->kept);
	free(slot);
}

static void was_closed(void *handle)
{
	struct slot *slot = uv_handle_get_data(handle);
	slot->is_forgotten = 1;
	napi_delete_reference(slot->env, slot->listener);
	napi_delete_reference(slot->env, slot->self);
}

static void close_slot(struct slot *slot)
{
	if (!slot->is_open)
		return;
	slot->is_open = 0;
	uv_close(slot->handle, was_closed);
	close(slot->socket);
	reap_later(slot->pid);
}

static void told(void *handle, int status, int events);

static void watch(struct slot *slot)
{
	uv_poll_start(slot->handle, uv_readable | (slot->kept_bytes > 0 ? uv_writable : 0), told);
}

/* Writes what the program takes now; returns how much. A program that is gone takes everything: reading tells its end. */
static size_t write_some(struct slot *slot, const char *bytes, size_t count)
{
	size_t done = 0;
	while (done < count) {
		ssize_t sent = send(slot->socket, bytes + done, count - done, MSG_NOSIGNAL);
		if (sent >= 0)
			done += (size_t)sent;
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			return done;
		else if (errno != EINTR)
			return count;
	}
	return done;
}

static void write_kept(struct slot *slot)
{
	size_t done = write_some(slot, slot->kept, slot->kept_bytes);
	slot->kept_bytes -= done;
	memmove(slot->kept, slot->kept + done, slot->kept_bytes);
	if (slot->kept_bytes > 0)
		return;
	if (slot->has_ended)
		shutdown(slot->socket, SHUT_WR);
	watch(slot);
}

/* Runs what waits for a tick after it as well, as for each event. */
static void call_listener(struct slot *slot, napi_value argument)
{
	napi_value listener, global, result, error;
	napi_get_reference_value(slot->env, slot->listener, &listener);
	napi_get_global(slot->env, &global);
	if (napi_make_callback(slot->env, NULL, global, listener, 1, &argument, &result) == napi_ok)
		return;
	if (napi_get_and_clear_last_exception(slot->env, &error) == napi_ok)
		napi_fatal_exception(slot->env, error);
}

static void read_some(struct slot *slot)
{
	static char bytes[65536];
	while (slot->is_open) {
		ssize_t got = recv(slot->socket, bytes, sizeof bytes, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		napi_handle_scope scope;
		napi_value text;
		napi_open_handle_scope(slot->env, &scope);
		if (got > 0) {
			napi_create_string_latin1(slot->env, bytes, (size_t)got, &text);
		} else {
			close_slot(slot);
			napi_get_undefined(slot->env, &text);
		}
		call_listener(slot, text);
		napi_close_handle_scope(slot->env, scope);
		/* It all came: to ask once more would only say so. */
		if (got > 0 && (size_t)got < sizeof bytes)
			return;
	}
}

static void told(void *handle, int status, int events)
{
	struct slot *slot = uv_handle_get_data(handle);
	if (status == 0 && (events & uv_writable) != 0 && slot->kept_bytes > 0)
		write_kept(slot);
	/* libuv stops to watch when the other side is gone with something unread; then there is an end to be read. */
	if (status != 0)
		watch(slot);
	read_some(slot);
}

/* A string of a caller as UTF-8 that ends in NUL; NULL without memory, or when it is none. */
static char *copy_text(napi_env env, napi_value value, size_t *length)
{
	if (napi_get_value_string_utf8(env, value, NULL, 0, length) != napi_ok)
		return NULL;
	char *text = malloc(*length + 1);
	if (text != NULL)
		napi_get_value_string_utf8(env, value, text, *length + 1, length);
	return text;
}

static napi_value to_number(napi_env env, int value)
{
	napi_value number;
	napi_create_int32(env, value, &number);
	return number;
}

static int spawn_program(const char *program, char **variables, const char *notices, int socket, pid_t *pid)
{
	char *arguments[] = { (char *)program, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t all, none;
	sigfillset(&all);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_adddup2(&actions, socket, 0);
	posix_spawn_file_actions_adddup2(&actions, socket, 1);
	posix_spawn_file_actions_addopen(&actions, 2, notices, O_WRONLY | O_APPEND | O_CREAT, 0600);
	/* Node ignores signals that a program expects to have their usual effect. */
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	int error = posix_spawn(pid, program, &actions, &attributes, arguments, variables);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

static char **copy_variables(napi_env env, napi_value list)
{
	uint32_t count = 0;
	if (napi_get_array_length(env, list, &count) != napi_ok)
		return NULL;
	char **variables = calloc(count + 1, sizeof *variables);
	for (uint32_t i = 0, to = 0; variables != NULL && i < count; i++) {
		napi_value value;
		size_t length;
		napi_get_element(env, list, i, &value);
		variables[to] = copy_text(env, value, &length);
		if (variables[to] != NULL)
			to++;
	}
	return variables;
}

static void free_variables(char **variables)
{
	for (size_t i = 0; variables != NULL && variables[i] != NULL; i++)
		free(variables[i]);
	free(variables);
}

/* Takes over the socket. */
static napi_value watch_slot(napi_env env, pid_t pid, int socket, napi_value listener)
{
	void *loop;
	napi_value external;
	struct slot *slot = calloc(1, sizeof *slot);
	void *handle = malloc(uv_handle_size(uv_poll));
	if (slot == NULL || handle == NULL || napi_get_uv_event_loop(env, &loop) != napi_ok ||
	    uv_poll_init(loop, handle, socket) != 0) {
		/* It meets the end of its input, and leaves. */
		free(slot);
		free(handle);
		close(socket);
		reap_later(pid);
		return to_number(env, ENOMEM);
	}
	*slot = (struct slot){ .env = env, .handle = handle, .pid = pid, .socket = socket, .is_open = 1 };
	uv_handle_set_data(handle, slot);
	napi_create_external(env, slot, forget_slot, NULL, &external);
	napi_create_reference(env, external, 1, &slot->self);
	napi_create_reference(env, listener, 1, &slot->listener);
	watch(slot);
	return external;
}

static napi_value start(napi_env env, napi_callback_info info)
{
	size_t count = 4, length;
	napi_value given[4];
	int sockets[2], error;
	pid_t pid;
	napi_get_cb_info(env, info, &count, given, NULL, NULL);
	reap();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
		return to_number(env, errno);
	fcntl(sockets[0], F_SETFL, O_NONBLOCK);
	char *program = copy_text(env, given[0], &length);
	char *notices = copy_text(env, given[2], &length);
	char **variables = copy_variables(env, given[1]);
	if (program == NULL || notices == NULL || variables == NULL)
		error = ENOMEM;
	else
		error = spawn_program(program, variables, notices, sockets[1], &pid);
	free(program);
	free(notices);
	free_variables(variables);
	close(sockets[1]);
	if (error == 0)
		return watch_slot(env, pid, sockets[0], given[3]);
	close(sockets[0]);
	return to_number(env, error);
}

/* The slot that a function was called with, and the argument behind it. */
static struct slot *find_slot(napi_env env, napi_callback_info info, napi_value *argument)
{
	size_t count = 2;
	napi_value given[2];
	void *slot = NULL;
	napi_get_cb_info(env, info, &count, given, NULL, NULL);
	if (napi_get_value_external(env, given[0], &slot) != napi_ok)
		napi_throw_error(env, NULL, "not a slot");
	if (argument != NULL)
		*argument = given[1];
	return slot;
}

static napi_value get_pid(napi_env env, napi_callback_info info)
{
	struct slot *slot = find_slot(env, info, NULL);
	return slot == NULL ? NULL : to_number(env, slot->pid);
}

static napi_value write_text(napi_env env, napi_callback_info info)
{
	size_t length;
	napi_value text;
	struct slot *slot = find_slot(env, info, &text);
	if (slot == NULL || !slot->is_open || slot->has_ended)
		return NULL;
	char *bytes = copy_text(env, text, &length);
	if (bytes == NULL) {
		napi_throw_error(env, NULL, "no memory for the text of a slot");
		return NULL;
	}
	size_t done = slot->kept_bytes > 0 ? 0 : write_some(slot, bytes, length);
	size_t left = length - done;
	if (left > 0) {
		char *kept = realloc(slot->kept, slot->kept_bytes + left);
		if (kept == NULL) {
			napi_throw_error(env, NULL, "no memory for the text of a slot");
		} else {
			memcpy(kept + slot->kept_bytes, bytes + done, left);
			slot->kept = kept;
			slot->kept_bytes += left;
			watch(slot);
		}
	}
	free(bytes);
	return NULL;
}

static void end_text(struct slot *slot)
{
	if (!slot->is_open || slot->has_ended)
		return;
	slot->has_ended = 1;
	if (slot->kept_bytes == 0)
		shutdown(slot->socket, SHUT_WR);
}

static napi_value end_slot(napi_env env, napi_callback_info info)
{
	struct slot *slot = find_slot(env, info, NULL);
	if (slot != NULL)
		end_text(slot);
	return NULL;
}

static napi_value detach_slot(napi_env env, napi_callback_info info)
{
	struct slot *slot = find_slot(env, info, NULL);
	if (slot == NULL || !slot->is_open)
		return NULL;
	end_text(slot);
	uv_unref(slot->handle);
	return NULL;
}

static napi_value leave(napi_env env, napi_callback_info info)
{
	size_t count = 1;
	napi_value given;
	int32_t code = 0;
	napi_get_cb_info(env, info, &count, &given, NULL, NULL);
	napi_get_value_int32(env, given, &code);
	_exit(code);
}

static napi_value set_flags(napi_env env, napi_callback_info info)
{
	size_t count = 1, length;
	napi_value given, done;
	napi_get_cb_info(env, info, &count, &given, NULL, NULL);
	char *text = set_v8_flags == NULL ? NULL : copy_text(env, given, &length);
	if (text != NULL)
		set_v8_flags(text, length);
	napi_get_boolean(env, text != NULL, &done);
	free(text);
	return done;
}

/*
 * The bytes of the file that a function was called with, and how many they are; NULL when it cannot be read. As with a
 * program: they are those of the file that had this name, for as long as nobody writes into it; and one that is replaced
 * stays. Not to be written to, because then they would be copied.
 */
static void *map_given(napi_env env, napi_callback_info info, int flags, size_t *size)
{
	size_t count = 1, length;
	napi_value given;
	struct stat found;
	napi_get_cb_info(env, info, &count, &given, NULL, NULL);
	char *path = copy_text(env, given, &length);
	int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (file == -1)
		return NULL;
	void *bytes = MAP_FAILED;
	if (fstat(file, &found) == 0 && S_ISREG(found.st_mode) && found.st_size > 0) {
		*size = (size_t)found.st_size;
		bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE | flags, file, 0);
	}
	close(file);
	return bytes == MAP_FAILED ? NULL : bytes;
}

static void unmap(napi_env env, void *bytes, void *size)
{
	(void)env;
	munmap(bytes, (size_t)size);
}

static napi_value map_text(napi_env env, napi_callback_info info)
{
	size_t size;
	napi_value text = NULL;
	unsigned char is_copied = 0;
	if (node_api_create_external_string_latin1 == NULL)
		return NULL;
	/* Little of it is ever looked at: functions that are kept are not compiled from it. */
	void *bytes = map_given(env, info, 0, &size);
	if (bytes == NULL || node_api_create_external_string_latin1(env, bytes, size, unmap, (void *)size, &text,
								    &is_copied) == napi_ok)
		return text;
	munmap(bytes, size);
	return NULL;
}

static napi_value map_file(napi_env env, napi_callback_info info)
{
	size_t size;
	napi_value buffer = NULL;
	/* All pages at once, because all will be read. */
	void *bytes = map_given(env, info, MAP_POPULATE, &size);
	if (bytes == NULL || napi_create_external_buffer(env, size, bytes, unmap, (void *)size, &buffer) == napi_ok)
		return buffer;
	munmap(bytes, size);
	return NULL;
}

static napi_value count_processors(napi_env env, napi_callback_info info)
{
	(void)info;
	return to_number(env, (int)uv_available_parallelism());
}

/* CRC-32 (ISO 3309): the remainders of one byte each. */
static uint32_t remainders[256];

static void make_remainders(void)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t rest = byte;
		for (int bit = 0; bit < 8; bit++)
			rest = (rest & 1) != 0 ? (rest >> 1) ^ 0xedb88320 : rest >> 1;
		remainders[byte] = rest;
	}
}

static napi_value compute_crc32(napi_env env, napi_callback_info info)
{
	size_t count = 2, length = 0, offset;
	int type;
	uint32_t before = 0;
	void *data = NULL;
	napi_value given[2], buffer, sum;
	napi_get_cb_info(env, info, &count, given, NULL, NULL);
	napi_get_value_uint32(env, given[1], &before);
	if (napi_get_typedarray_info(env, given[0], &type, &length, &data, &buffer, &offset) != napi_ok) {
		napi_throw_error(env, NULL, "no bytes for a checksum");
		return NULL;
	}
	if (remainders[1] == 0)
		make_remainders();
	uint32_t rest = ~before;
	for (size_t at = 0; at < length; at++)
		rest = remainders[(rest ^ ((const unsigned char *)data)[at]) & 255] ^ (rest >> 8);
	napi_create_uint32(env, ~rest, &sum);
	return sum;
}

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int32_t node_api_module_get_api_version_v1(void)
{
	return 8;
}

/* As in src/main/native-addon.ts and bin/millrace.cjs. */
enum { version = 3 };

EXPORTED napi_value napi_register_module_v1(napi_env env, napi_value exports)
{
	const struct {
		const char *name;
		napi_callback function;
	} all[] = {
		{ "start", start }, { "pid", get_pid }, { "write", write_text },
		{ "end", end_slot }, { "detach", detach_slot }, { "leave", leave },
		{ "setFlags", set_flags }, { "mapText", map_text }, { "mapFile", map_file },
		{ "countProcessors", count_processors }, { "crc32", compute_crc32 },
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		napi_value function;
		napi_create_function(env, all[i].name, strlen(all[i].name), all[i].function, NULL, &function);
		napi_set_named_property(env, exports, all[i].name, function);
	}
	napi_set_named_property(env, exports, "version", to_number(env, version));
	return exports;
}
