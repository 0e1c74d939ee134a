/* What the pages of the commands have besides the commands' tables: environment, files, exit status, references. */
#ifndef LENET5_CLI_MANUAL_NOTES_H
#define LENET5_CLI_MANUAL_NOTES_H

#include <stdbool.h>

#include "options.h"

typedef struct note {
    const char *name;     /* "LENET5_DATA" */
    const char *text;     /* sentences */
    const char *commands; /* names, separated by blanks; NULL: all */
    const char *option;   /* or all commands that have this option; NULL: none */
} note;

/* Each list ends with a note without a name. */
extern const note environment_notes[], file_notes[], exit_notes[];

/* Whether a note belongs on the page of a command; NULL: the page of the program, which has all of them. */
bool note_applies(const note *n, const cli_command *command);

/* The pages that the page of a command refers to: "lenet5.1 lenet5-template.5". */
const char *references_of(const cli_command *command);

extern const char overview_summary[], overview_description[], overview_examples[], overview_references[];

#endif
