/*
 * manual FOLDER DATE HEADER...: writes the manual pages to FOLDER/man and the shells' completions to
 * FOLDER/completions. A part of the build, not of what is installed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manual/pages.h"

/* Opens FOLDER/completions/NAME, lets a shell's writer fill it, and closes it. */
static bool write_completion(const char *folder, const char *name, void (*write)(FILE *script))
{
    char path[1024];
    snprintf(path, sizeof path, "%s/completions/%s", folder, name);
    FILE *script = fopen(path, "w");
    if (script)
        write(script);
    const bool failed = !script || ferror(script);
    if (script && fclose(script) == 0 && !failed)
        return true;
    fprintf(stderr, "manual: %s: cannot be written: %s\n", path, strerror(errno));
    return false;
}

int main(int argc, char **argv)
{
    char folder[1024];
    if (argc < 3) {
        fputs("usage: manual FOLDER DATE HEADER...\n", stderr);
        return 2;
    }
    snprintf(folder, sizeof folder, "%s/man", argv[1]);
    const manual m = {.folder = folder, .date = argv[2]};
    bool written = write_command_pages(&m);
    for (int i = 3; written && i < argc; i++)
        written = write_header_page(&m, argv[i], argv + 3);
    written = written && write_completion(argv[1], "lenet5", write_bash_completion) &&
              write_completion(argv[1], "_lenet5", write_zsh_completion) &&
              write_completion(argv[1], "lenet5.fish", write_fish_completion);
    return written ? EXIT_SUCCESS : EXIT_FAILURE;
}
