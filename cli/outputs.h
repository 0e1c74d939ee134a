/*
 * The files that commands write. Their names are checked before anything is read: no work is lost to a name that cannot
 * be written, and no file is replaced but the one that the command names.
 */
#ifndef LENET5_CLI_OUTPUTS_H
#define LENET5_CLI_OUTPUTS_H

#include "common.h"

/* The functions of this part return an exit code, after reporting an error if it is a failure. output is the name of
 * the option that names the file; an option that is not given is fine. */

/*
 * Checks the output's name: it ends in one of endings (separated by blanks: ".svg .png"; NULL: any), is not "-", no
 * folder and no checkpoint of an unfinished training, and a small file can be written to its folder.
 */
int check_output(const cli_arguments *arguments, const char *output, const char *endings);

/* Checks that about that many bytes can be written to the output: its name is not "-" and no folder; its folder exists,
 * is writable and has enough space. */
int check_place(const cli_arguments *arguments, const char *output, size_t bytes);

/* Checks that a file of about that many bytes can be created beside path, to replace it. */
int check_room(const char *path, size_t bytes);

/* Checks that the output is not that file, which the command reads or writes too; NULL: no file. */
int keep_apart(const cli_arguments *arguments, const char *output, const char *other);

/* The same for each of several files separated by commas, and for the files of the data set. */
int keep_apart_from_list(const cli_arguments *arguments, const char *output, const char *names);
int keep_apart_from_data(const cli_arguments *arguments, const char *output);

/*
 * Before a model is written: renames a file that has its name already to NAME~, replacing an earlier NAME~, and reports
 * it on stderr unless quiet. Until the model has its name, the old one has both.
 */
int keep_replaced(const char *path, bool quiet);

/* Whether the name is taken, be it by a link that leads nowhere. */
bool is_taken(const char *path);

/* Reports an error and fails if a generated name is taken; with force, only if not by a regular file: no link is
 * followed. */
int refuse_taken(const char *path, bool force);

#define TEMPORARY_SIZE (PATH_SIZE + 64)

/* Writes an unused, unpredictable name beside path, with that ending. */
void name_temporary(char temporary[TEMPORARY_SIZE], const char *path, const char *ending);

/* Renames a file to an unused name. Returns false, with errno, if that is taken or fails. */
bool rename_new(const char *from, const char *to);

/* Renames a temporary file to the unused name path; if that is taken or fails, removes it and reports the error.
 * Returns an exit code. */
int publish_new(const char *temporary, const char *path);

#endif
