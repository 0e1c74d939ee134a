/*
 * The files that commands write. What their names may not be is found out before anything is read, so that no work is
 * lost and no file but the one that the command names.
 */
#ifndef LENET5_CLI_OUTPUTS_H
#define LENET5_CLI_OUTPUTS_H

#include "common.h"

/*
 * Checks the name that an option gives to an output: its ending is one of endings (between blanks: ".svg .png"; NULL:
 * any), its folder is there, it is no folder and no checkpoint of an unfinished training. An option that is not given
 * is fine. Returns an exit code; a failure has been reported.
 */
int check_output(const cli_arguments *arguments, const char *output, const char *endings);

/* The part of it that is about folders. */
int check_place(const cli_arguments *arguments, const char *output);

/* Fails with a complaint if the output that the option names is that file of the command, an input or another output.
 * Either may be NULL: not given. */
int keep_apart(const cli_arguments *arguments, const char *output, const char *other);

/* The same for each of several files between commas, and for the files of the data set in a folder. */
int keep_apart_from_list(const cli_arguments *arguments, const char *output, const char *names);
int keep_apart_from_data(const cli_arguments *arguments, const char *output, const char *folder);

/* Whether both names are those of one regular file. */
bool is_same_file(const char *path, const char *other);

/* Whether anything has the name, a link that leads nowhere among it. */
bool is_taken(const char *path);

/* Fails with a complaint if anything has the name that a command has put together itself; with force, if it is not a
 * regular file: no link is followed. */
int refuse_taken(const char *path, bool force);

#define TEMPORARY_SIZE (PATH_SIZE + 64)

/* A name beside path that no file has and nobody can foresee, with that ending. */
void name_temporary(char temporary[TEMPORARY_SIZE], const char *path, const char *ending);

/* Renames a file to a name that nothing has; else false, with errno. */
bool rename_new(const char *from, const char *to);

/* Gives a file the name path, which nothing may have; if anything has it, or after another failure, removes the file.
 * Returns an exit code; a failure has been reported. */
int publish_new(const char *temporary, const char *path);

#endif
