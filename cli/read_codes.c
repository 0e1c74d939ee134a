#include "read_codes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"

#define LONGEST_CODE 64
#define FIRST_ROOM 1024

/* room is what there is for codes, doubled as needed. */
static int add_code(code_list *list, size_t *room, const char *code)
{
    if (list->count == *room) {
        *room = *room ? 2 * *room : FIRST_ROOM;
        char **larger = realloc(list->codes, *room * sizeof *larger);
        if (!larger)
            return complain_memory();
        list->codes = larger;
    }
    char *copy = strdup(code);
    if (!copy)
        return complain_memory();
    list->codes[list->count++] = copy;
    return EXIT_DONE;
}

static int read_codes(code_list *list, FILE *stream, const char *path)
{
    char line[LONGEST_CODE + 2];
    size_t room = 0;
    int code = EXIT_DONE;
    for (size_t number = 1; code == EXIT_DONE && fgets(line, sizeof line, stream); number++) {
        if (strlen(line) > LONGEST_CODE)
            return complain("%s: line %zu: longer than %d characters", path, number, LONGEST_CODE);
        line[strcspn(line, "#\r\n")] = '\0';
        if (line[strspn(line, " \t")] != '\0')
            code = add_code(list, &room, line);
    }
    if (code == EXIT_DONE && list->count == 0)
        code = complain("%s: line 1: no code in it; it has to have a code a line", path);
    return code;
}

int load_codes(code_list *list, const char *path)
{
    *list = (code_list){0};
    FILE *stream = fopen(path, "r");
    if (!stream)
        return complain("%s: cannot be opened: %s", path, strerror(errno));
    const int code = read_codes(list, stream, path);
    fclose(stream);
    return code;
}

void free_codes(code_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->codes[i]);
    free(list->codes);
    *list = (code_list){0};
}

const char *const check_names[] = {"none", "luhn", "mod10", "mod11", NULL};

bool parse_check(lenet5_check *check, const char *name)
{
    const size_t place = place_among(check_names, name);
    if (!check_names[place])
        return false;
    *check = (lenet5_check)place;
    return true;
}
