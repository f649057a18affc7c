/*
 * The fastest way to run N processes, W at a time: posix_spawn and wait, nothing recorded.
 * Prints the wall time in seconds. What a durable engine does on top of this is its overhead.
 *
 *   spawn-loop [-o folder] [-f] N W program [argument...]
 *     -o  standard output and error of each process go to files of their own in the folder
 *     -f  fork and exit instead of spawning (the program is not run): the floor under every start
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void fail(const char *what, int error)
{
    fprintf(stderr, "spawn-loop: %s: %s\n", what, strerror(error));
    exit(2);
}

static double now_seconds(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void start_fork(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    if (child < 0)
        fail("fork", errno);
}

static void start_spawn(char **program, const char *folder, long number)
{
    posix_spawn_file_actions_t actions;
    char path[4096];
    pid_t child;
    posix_spawn_file_actions_init(&actions);
    if (folder != NULL) {
        int flags = O_WRONLY | O_CREAT | O_TRUNC;
        snprintf(path, sizeof path, "%s/%ld.out", folder, number);
        posix_spawn_file_actions_addopen(&actions, 1, path, flags, 0644);
        snprintf(path, sizeof path, "%s/%ld.err", folder, number);
        posix_spawn_file_actions_addopen(&actions, 2, path, flags, 0644);
    }
    int error = posix_spawn(&child, program[0], &actions, NULL, program, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        fail(program[0], error);
}

static void await_one(void)
{
    int status;
    if (wait(&status) < 0)
        fail("wait", errno);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "spawn-loop: a process failed\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    const char *folder = NULL;
    int only_fork = 0, option;
    while ((option = getopt(argc, argv, "+o:f")) != -1) {
        if (option == 'o')
            folder = optarg;
        else if (option == 'f')
            only_fork = 1;
        else
            return 2;
    }
    if (argc - optind < 3) {
        fprintf(stderr, "usage: spawn-loop [-o folder] [-f] N W program [argument...]\n");
        return 2;
    }
    long total = atol(argv[optind]), width = atol(argv[optind + 1]), running = 0;
    double started = now_seconds();
    for (long number = 0; number < total; number++) {
        if (running == width) {
            await_one();
            running--;
        }
        if (only_fork)
            start_fork();
        else
            start_spawn(argv + optind + 2, folder, number);
        running++;
    }
    while (running-- > 0)
        await_one();
    printf("%.6f\n", now_seconds() - started);
    return 0;
}
