/*
 * A list of file names, one a line; or each ended by a zero byte, if one of the first PATH_SIZE bytes is zero. A name
 * is taken byte for byte; empty ones are left out.
 */
#ifndef LENET5_CLI_READ_NAMES_H
#define LENET5_CLI_READ_NAMES_H

typedef struct name_reader name_reader;

/* Opens a list, "-" for standard input. The path must outlive it. Returns an exit code, as names_next does. Close it
 * unless that fails. */
int names_open(name_reader **list, const char *path);

/* The next name, valid until the call after; NULL: there is none left. */
int names_next(const char **name, name_reader *list);

/* The share of the list that has been read, 0 to 1; 0 if its size is unknown. */
double names_share(const name_reader *list);

void names_close(name_reader *list);

#endif
