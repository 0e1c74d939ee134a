#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "stream.h"

struct name_reader {
    stream file;
    bool begun;        /* end is known */
    char end;          /* of each name: a line feed or a zero byte */
    uint64_t number;   /* of names so far, the empty ones included */
    size_t at, filled; /* the next name begins at buffer[at]; buffer[filled] is free */
    bool all;          /* the list has been read to its end */
    char buffer[1 << 16];
};

int names_open(name_reader **list, const char *path)
{
    name_reader *n = calloc(1, sizeof *n);
    if (!n)
        return report_out_of_memory();
    const int code = stream_open(&n->file, path);
    if (code == EXIT_DONE)
        *list = n;
    else
        free(n);
    return code;
}

/* Reads more bytes behind those of the next name, which move to the begin of the buffer. */
static int read_more(name_reader *n)
{
    n->filled -= n->at;
    memmove(n->buffer, n->buffer + n->at, n->filled);
    n->at = 0;
    const ssize_t got = stream_read(&n->file, n->buffer + n->filled, sizeof n->buffer - 1 - n->filled);
    n->all = got <= 0;
    n->filled += got > 0 ? (size_t)got : 0;
    return got < 0 ? EXIT_FAILED : EXIT_DONE;
}

static size_t left_in_buffer(const name_reader *n)
{
    return n->filled - n->at;
}

static int begin(name_reader *n)
{
    int code = EXIT_DONE;
    while (code == EXIT_DONE && !n->all && left_in_buffer(n) < PATH_SIZE)
        code = read_more(n);
    const size_t looked_at = n->filled < PATH_SIZE ? n->filled : PATH_SIZE;
    n->end = memchr(n->buffer, '\0', looked_at) ? '\0' : '\n';
    n->begun = true;
    return code;
}

/* Finds the end of the next name, or of the list, unless that is PATH_SIZE bytes away. NULL: it is not found. */
static int find_end(char **end, name_reader *n)
{
    int code = EXIT_DONE;
    while (!(*end = memchr(n->buffer + n->at, n->end, left_in_buffer(n))) && !n->all && code == EXIT_DONE &&
           left_in_buffer(n) < PATH_SIZE)
        code = read_more(n);
    if (!*end && n->all)
        *end = n->buffer + n->filled;
    return code;
}

static int report_name(const name_reader *n, const char *what)
{
    return report_error("%s: %s %llu: %s", n->file.name, n->end ? "line" : "name", (unsigned long long)n->number, what);
}

static int check_name(const name_reader *n, const char *name, const char *end)
{
    if (!end || end - name >= PATH_SIZE)
        return report_name(n, "longer than a name can be (4095 bytes)");
    if (memchr(name, '\0', (size_t)(end - name)))
        return report_name(n, "has a zero byte, which the names before do not end in; end all names in one, or none");
    if (end - name == 1 && name[0] == '-')
        return report_name(n, "- is standard input, which cannot be in a list; write ./- for a file of that name");
    return EXIT_DONE;
}

/* Takes the next name, which may be empty. */
static int take(const char **name, name_reader *n)
{
    char *end;
    const int code = find_end(&end, n);
    *name = NULL;
    if (code != EXIT_DONE || left_in_buffer(n) == 0)
        return code;
    char *first = n->buffer + n->at;
    n->number++;
    if (check_name(n, first, end) != EXIT_DONE)
        return EXIT_FAILED;
    n->at = (size_t)(end - n->buffer);
    n->at += n->at < n->filled;
    *end = '\0';
    *name = first;
    return EXIT_DONE;
}

int names_next(const char **name, name_reader *list)
{
    int code = list->begun ? EXIT_DONE : begin(list);
    do
        code = code == EXIT_DONE ? take(name, list) : code;
    while (code == EXIT_DONE && *name && (*name)[0] == '\0');
    return code;
}

double names_share(const name_reader *list)
{
    return stream_share(&list->file, left_in_buffer(list));
}

void names_close(name_reader *list)
{
    if (list)
        stream_close(&list->file);
    free(list);
}
