/*
 * Transfers of files from a mirror, made with libcurl: what lenet5 fetch needs of the module lenet5_fetch, which is
 * loaded as extras.h says. The module needs nothing of the program.
 */
#ifndef LENET5_CLI_TRANSFER_H
#define LENET5_CLI_TRANSFER_H

#include <stdbool.h>
#include <stdio.h>

#define REASON_SIZE 256

typedef struct transfer {
    void *curl;
    const char *url;
    FILE *stream;             /* of the part of a file that is there; what comes is added to it */
    long size, most;          /* of the part so far, and what it may grow to */
    bool too_large;           /* it would have */
    int write_error;          /* an errno, or 0 */
    char reason[REASON_SIZE]; /* why it failed */
    bool (*watch)(void *watcher, double all, double now); /* is told the bytes now and then; false stops it */
    void *watcher;
} transfer;

typedef enum transfer_end {
    TRANSFER_DONE,
    TRANSFER_TOO_LARGE,
    TRANSFER_REFUSED, /* the mirror cannot go on from where the part ends */
    TRANSFER_FAILED   /* to write it too, and where it was stopped */
} transfer_end;

typedef struct fetch_module {
    /* Sets curl up, for any number of transfers; from the program's own mirrors nothing but https is taken. */
    bool (*open)(transfer *t, bool own);
    transfer_end (*run)(transfer *t);
    void (*close)(transfer *t);
} fetch_module;

#endif
