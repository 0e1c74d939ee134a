#include "codes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"

#define MAX_CODE 64                     /* characters: 32 digits, and separators */
#define MAX_LIST_FILE ((size_t)1 << 24) /* bytes: room for a million codes; a device without end is refused */
#define FIRST_ROOM 1024                 /* codes */

/* room: how many codes there is memory for; doubled as needed. */
static int add_code(code_list *list, size_t *room, const char *code)
{
    if (list->count == *room) {
        *room = *room ? 2 * *room : FIRST_ROOM;
        char **larger = realloc(list->codes, *room * sizeof *larger);
        if (!larger)
            return report_out_of_memory();
        list->codes = larger;
    }
    char *copy = strdup(code);
    if (!copy)
        return report_out_of_memory();
    list->codes[list->count++] = copy;
    return EXIT_DONE;
}

/* Adds the code of a line, which has lost its line break; cuts off its comment. */
static int take_line(code_list *list, size_t *room, char *line, const char *path, size_t number)
{
    static const char allowed[] = "0123456789 -./";
    if (strlen(line) > MAX_CODE)
        return report_error("%s: line %zu: longer than %d characters", path, number, MAX_CODE);
    line[strcspn(line, "#\r")] = '\0';
    if (line[strspn(line, " \t")] == '\0')
        return EXIT_DONE;
    const size_t good = strspn(line, allowed);
    if (line[good])
        return report_error("%s: line %zu: character %zu is not allowed in a code, which has digits, blanks, hyphens, "
                            "points and slashes; write one code a line",
                            path, number, good + 1);
    if (list->count == LENET5_MAX_LIST)
        return report_error("%s: line %zu: more than %d codes", path, number, LENET5_MAX_LIST);
    return add_code(list, room, line);
}

static int take_lines(code_list *list, char *text, size_t size, const char *path)
{
    size_t room = 0, number = 0;
    int code = EXIT_DONE;
    for (char *line = text, *end = text; code == EXIT_DONE && line < text + size; line = end + 1) {
        number++;
        end = line + strcspn(line, "\n");
        if (*end == '\0' && end < text + size)
            return report_error("%s: line %zu: has a zero byte; a list is text, with one code a line", path, number);
        *end = '\0';
        code = take_line(list, &room, line, path, number);
    }
    if (code == EXIT_DONE && list->count == 0)
        code = report_error("%s: line 1: no code in it; a list has one code a line", path);
    return code;
}

int load_codes(code_list *list, const char *path)
{
    char *text;
    size_t size;
    *list = (code_list){0};
    int code = load_text(&text, &size, path, MAX_LIST_FILE);
    if (code == EXIT_DONE) {
        sha256_of(list->sha256, text, size);
        code = take_lines(list, text, size, path);
    }
    free(text);
    return code;
}

void free_codes(code_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->codes[i]);
    free(list->codes);
    *list = (code_list){0};
}
