/* Messages and errors: how the program prints them, and what it escapes in them. Loading of small text files. */
#ifndef LENET5_CLI_MESSAGES_H
#define LENET5_CLI_MESSAGES_H

#include <stdarg.h>
#include <stdio.h>

#include "lenet5.h"

#define PATH_SIZE 4096 /* bytes of a path, with its end */

/* Prints an error message as a line of error_stream(), escaped as put_escaped does; returns EXIT_FAILED. */
int report_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
int vreport_error(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));
int report_library_error(const lenet5_error *error);
int report_out_of_memory(void);

/* Where the errors of this thread go: stderr, unless another stream is set. NULL sets it back. */
void set_error_stream(FILE *stream);
FILE *error_stream(void);

/*
 * While text is set, the first error of this thread is kept there, unescaped, and none is printed; text is empty at
 * first. Memory that runs out is still reported. NULL sets it back.
 */
#define KEPT_ERROR_SIZE (2 * PATH_SIZE)
void keep_error(char text[KEPT_ERROR_SIZE]);

/*
 * Text of foreign origin (file names, fields of a form, metadata of a model) must not control a terminal: control
 * characters, those that change the direction of writing, and bytes that are not UTF-8 are written as \x1b and the
 * like. Backslashes stay as they are. escape_text cuts off at size bytes.
 */
void put_escaped(FILE *out, const char *text);
void escape_text(char *to, size_t size, const char *text);

/* Prints a line, escaped; the format has no line break. */
void print_line(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Commands that messages suggest, for pasting into a shell. */
#define COMMAND_SIZE (4 * PATH_SIZE)

/* Writes how this program was called, and the name of one of its commands: "build/lenet5 train". */
void begin_command(char command[COMMAND_SIZE], const char *name);

/* Appends a blank and the word, in quotes where a shell needs them; cut off at COMMAND_SIZE bytes. */
void add_word(char command[COMMAND_SIZE], const char *word);

/* Reports on stderr that the model, or committee, is written, and how to test it. */
void report_written(const char *what, const char *path);

/* fflush, after which output_errno is the first error of stdout; 0: none. */
extern int output_errno;
void flush_stream(FILE *stream);

/* Opens descriptors 0 to 2 if the parent process closed them, such that reading and writing still fail: otherwise the
 * next files to be opened would take their numbers, and messages would be written into them. */
void hold_standard_descriptors(void);

/* Loads a text file of at most that many bytes, and ends it with a zero. Returns an exit code. Free the text in any
 * case. */
int load_text(char **text, size_t *size, const char *path, size_t max);

#endif
