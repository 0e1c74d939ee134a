/*
 * Downloads with libcurl: the interface of the module lenet5_fetch, which lenet5 fetch loads (extras.h). The module
 * uses no function of the program.
 */
#ifndef LENET5_CLI_TRANSFER_H
#define LENET5_CLI_TRANSFER_H

#include <stdbool.h>
#include <stdio.h>

#define REASON_SIZE 256

typedef struct transfer {
    void *curl;
    const char *url;
    FILE *stream;                                         /* the part of the file, to which data is appended */
    long size, max;                                       /* bytes of the part so far, and its limit */
    bool too_large;                                       /* the limit was exceeded */
    int write_error;                                      /* an errno, or 0 */
    char reason[REASON_SIZE];                             /* of a failure */
    bool (*watch)(void *watcher, double all, double now); /* called with the progress in bytes; false stops it */
    void *watcher;
} transfer;

typedef enum transfer_end {
    TRANSFER_DONE,
    TRANSFER_TOO_LARGE,
    TRANSFER_REFUSED, /* the mirror cannot resume at the end of the part */
    TRANSFER_FAILED   /* also to write it, or because it was stopped */
} transfer_end;

typedef struct fetch_module {
    /* Initialises curl for any number of transfers; own: from the program's own mirrors, only by https. */
    bool (*open)(transfer *t, bool own);
    transfer_end (*run)(transfer *t);
    void (*close)(transfer *t);
} fetch_module;

#endif
