/*
 * Runs a program and writes what it used: wall seconds, CPU seconds (user and system, with waited-for
 * descendants) and the peak resident memory in bytes of its largest process.
 *
 *   measure REPORT program [argument...]
 *
 * The exit code is the program's; 128 + n when signal n ended it.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double to_seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: measure REPORT program [argument...]\n");
        return 2;
    }
    struct timespec started, ended;
    struct rusage used;
    int status;
    clock_gettime(CLOCK_MONOTONIC, &started);
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &used) < 0) {
        perror("measure");
        return 2;
    }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    FILE *report = fopen(argv[1], "w");
    if (report == NULL) {
        perror(argv[1]);
        return 2;
    }
    double wall = (double)(ended.tv_sec - started.tv_sec) + (double)(ended.tv_nsec - started.tv_nsec) / 1e9;
    fprintf(report, "{\"wallSeconds\": %.6f, \"cpuSeconds\": %.6f, \"peakBytes\": %ld}\n", wall,
            to_seconds(used.ru_utime) + to_seconds(used.ru_stime), used.ru_maxrss * 1024L);
    fclose(report);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
