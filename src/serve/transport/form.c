/*
 * The body is parsed in place, in one pass: each name and value ends with a NUL that replaces a quote or a line break.
 */
#define _GNU_SOURCE /* memmem */
#include "form.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "parameters.h"
#include "response.h"

#define MAX_BOUNDARY 70 /* bytes, RFC 2046 */

/* The rest of the body, and the delimiter that ends a part: a line break, two hyphens and the boundary. */
typedef struct cursor {
    char *at, *end;
    char delimiter[4 + MAX_BOUNDARY + 1];
    size_t length; /* of the delimiter */
} cursor;

typedef struct part {
    const char *name, *filename, *type; /* NULL: not given */
    char *bytes;
    size_t size;
} part;

/* ---- Headers ----------------------------------------------------------------------------------------------------- */

/* Unquotes a string, from behind its first quote. Returns what follows its last quote; NULL if there is none. */
static char *unquote(char *from)
{
    char *to = from;
    for (; *from && *from != '"'; *to++ = *from++)
        from += from[0] == '\\' && (from[1] == '"' || from[1] == '\\');
    if (!*from)
        return NULL;
    *to = '\0';
    return from + 1;
}

/* Parses one value of a header. Returns what follows it; NULL if it is malformed. */
static char *parse_value(const char **value, char *at)
{
    if (*at == '"') {
        *value = at + 1;
        return unquote(at + 1);
    }
    *value = at;
    at += strcspn(at, "; \t");
    if (*at)
        *at++ = '\0';
    return at;
}

/* Parses the value of Content-Disposition: form-data; name="..."; filename="..." */
static bool parse_disposition(part *p, char *at)
{
    at += strcspn(at, ";");
    while (*(at += strspn(at, "; \t"))) {
        const char *value, *key = at;
        at += strcspn(at, "=;");
        if (*at != '=')
            continue;
        *at = '\0';
        at = parse_value(&value, at + 1);
        if (!at)
            return false;
        if (strcasecmp(key, "name") == 0)
            p->name = value;
        else if (strcasecmp(key, "filename") == 0)
            p->filename = value;
    }
    return true;
}

/* Returns a header's value; NULL if the line is another header. */
static char *header_value(char *line, const char *name)
{
    const size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0 || line[length] != ':')
        return NULL;
    return line + length + 1 + strspn(line + length + 1, " \t");
}

static bool parse_header(part *p, char *line)
{
    char *disposition = header_value(line, "Content-Disposition");
    const char *type = header_value(line, "Content-Type");
    p->type = type ? type : p->type;
    return !disposition || parse_disposition(p, disposition);
}

/* ---- Parts ------------------------------------------------------------------------------------------------------- */

/* Finds bytes between the cursor and end; NULL if they are not there. */
static char *find(const cursor *c, const char *end, const char *bytes, size_t size)
{
    return memmem(c->at, (size_t)(end - c->at), bytes, size);
}

/* Skips bytes if the cursor is at them, and returns whether it was. */
static bool skip(cursor *c, const char *bytes, size_t size)
{
    const bool there = (size_t)(c->end - c->at) >= size && memcmp(c->at, bytes, size) == 0;
    c->at += there ? size : 0;
    return there;
}

/* Parses the headers of a part, up to the empty line, which has to come before end. */
static bool parse_headers(part *p, cursor *c, const char *end)
{
    while (!skip(c, "\r\n", 2)) {
        char *line = c->at, *after = find(c, end, "\r\n", 2);
        if (!after)
            return false;
        *after = '\0';
        c->at = after + 2;
        if (!parse_header(p, line))
            return false;
    }
    return c->at <= end;
}

/*
 * Parses a part and moves the cursor from behind one boundary to behind the next. The line break that ends the headers
 * may be the delimiter's own: such a part is empty.
 */
static bool parse_part(part *p, cursor *c)
{
    *p = (part){0};
    while (skip(c, " ", 1) || skip(c, "\t", 1))
        ;
    if (!skip(c, "\r\n", 2))
        return false;
    c->at -= 2;
    char *end = find(c, c->end, c->delimiter, c->length);
    c->at += 2;
    if (!end || !parse_headers(p, c, end + 2) || !p->name)
        return false;
    p->bytes = c->at < end ? c->at : end;
    p->size = (size_t)(end - p->bytes);
    *end = '\0';
    c->at = end + c->length;
    return true;
}

static bool is_file(const part *p)
{
    return p->filename || strcmp(p->name, "file") == 0 || strcmp(p->name, "picture") == 0 ||
           (p->type && strncmp(p->type, "image/", 6) == 0);
}

static void add_field(request *r, const part *p)
{
    if (p->size > MAX_FIELD)
        response_fail(r, MHD_HTTP_BAD_REQUEST, "the field \"%.40s\" is longer than %zu bytes", p->name, MAX_FIELD);
    else if (memchr(p->bytes, '\0', p->size))
        response_fail(r, MHD_HTTP_BAD_REQUEST, "there is a NUL in the field \"%.40s\"", p->name);
    parameter *option = r->status ? NULL : parameter_add(r, p->name);
    if (option)
        option->value = p->bytes;
}

/* ---- The form ---------------------------------------------------------------------------------------------------- */

/* Parses the boundary of Content-Type: multipart/form-data; boundary=... */
static bool parse_boundary(cursor *c, const char *type)
{
    const char *at = strcasestr(type, "boundary=");
    if (!at)
        return false;
    at += strlen("boundary=");
    const bool quoted = *at == '"';
    at += quoted;
    const size_t length = strcspn(at, quoted ? "\"" : "; \t");
    if (length == 0 || length > MAX_BOUNDARY)
        return false;
    assert(4 + length < sizeof c->delimiter);
    memcpy(c->delimiter, "\r\n--", 4);
    memcpy(c->delimiter + 4, at, length);
    c->length = 4 + length;
    return true;
}

/* Moves the cursor behind the first boundary, before which the body may have a preamble. */
static bool skip_preamble(cursor *c)
{
    if (skip(c, c->delimiter + 2, c->length - 2))
        return true;
    char *first = find(c, c->end, c->delimiter, c->length);
    c->at = first ? first + c->length : c->at;
    return first;
}

static size_t parse_parts(form_file files[MAX_FILES], request *r, cursor *c)
{
    size_t count = 0;
    while (!r->status && !skip(c, "--", 2)) {
        part p;
        if (!parse_part(&p, c)) {
            response_fail(r, MHD_HTTP_BAD_REQUEST, "the body is not a complete multipart/form-data");
        } else if (!is_file(&p)) {
            add_field(r, &p);
        } else if (count == MAX_FILES) {
            response_fail(r, MHD_HTTP_BAD_REQUEST, "there are more than %d files in the form", MAX_FILES);
        } else {
            assert(count < MAX_FILES);
            files[count++] = (form_file){p.filename ? p.filename : "", (const uint8_t *)p.bytes, p.size};
        }
    }
    return count;
}

static size_t parse_form(form_file files[MAX_FILES], request *r)
{
    cursor c = {.at = (char *)r->body, .end = r->size > 0 ? (char *)r->body + r->size : NULL};
    if (r->size == 0 || !parse_boundary(&c, r->content_type) || !skip_preamble(&c)) {
        response_fail(r, MHD_HTTP_BAD_REQUEST, "the body is not a complete multipart/form-data");
        return 0;
    }
    const size_t count = parse_parts(files, r, &c);
    if (!r->status && count == 0)
        response_fail(r, MHD_HTTP_BAD_REQUEST, "there is no file in the form");
    return r->status ? 0 : count;
}

size_t form_parse(form_file files[MAX_FILES], request *r)
{
    if (request_has_type(r, "multipart/form-data"))
        return parse_form(files, r);
    files[0] = (form_file){"", r->body, r->size};
    return 1;
}
