/*
 * What the disk charges for a promise: appends a record and calls fdatasync, N times.
 * Prints the median and the 99th percentile in microseconds.
 *
 *   sync-loop FILE N BYTES
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now_micros(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: sync-loop FILE N BYTES\n");
        return 2;
    }
    int count = atoi(argv[2]);
    size_t size = (size_t)atol(argv[3]);
    char *record = malloc(size);
    double *times = calloc((size_t)count, sizeof *times);
    int file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (count <= 0 || record == NULL || times == NULL || file < 0) {
        perror("sync-loop");
        return 2;
    }
    memset(record, 'x', size);
    for (int i = 0; i < count; i++) {
        double started = now_micros();
        if (write(file, record, size) != (ssize_t)size || fdatasync(file) != 0) {
            perror("sync-loop");
            return 2;
        }
        times[i] = now_micros() - started;
    }
    qsort(times, (size_t)count, sizeof *times, compare);
    printf("%.1f %.1f\n", times[count / 2], times[count * 99 / 100]);
    return 0;
}
