/*
 * multipart/form-data (RFC 7578). All of the body is there, so that a form is cut up in place, in one pass and without
 * any memory: names and values end with a NUL where a quote or a line break stood.
 */
#define _GNU_SOURCE /* memmem */
#include "form.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#define LONGEST_BOUNDARY 70 /* bytes, RFC 2046 */

/* What is left of the body, and what ends a part: a line break, two hyphens and the boundary. */
typedef struct cursor {
    char *at, *end;
    char delimiter[4 + LONGEST_BOUNDARY + 1];
    size_t length; /* of the delimiter */
} cursor;

typedef struct part {
    const char *name, *filename, *type; /* NULL: not given */
    char *bytes;
    size_t size;
} part;

/* ---- Headers -------------------------------------------------------------------------------------------------- */

/* A quoted string from behind its first quote. Returns what follows it; NULL where it has no end. */
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

/* One value of a header; returns what follows it, or NULL. */
static char *take_value(const char **value, char *at)
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

/* form-data; name="..."; filename="..." */
static bool take_disposition(part *p, char *at)
{
    at += strcspn(at, ";");
    while (*(at += strspn(at, "; \t"))) {
        const char *value, *key = at;
        at += strcspn(at, "=;");
        if (*at != '=')
            continue;
        *at = '\0';
        at = take_value(&value, at + 1);
        if (!at)
            return false;
        if (strcasecmp(key, "name") == 0)
            p->name = value;
        else if (strcasecmp(key, "filename") == 0)
            p->filename = value;
    }
    return true;
}

/* What stands behind the name of a header, and its colon; NULL if it is another. */
static char *header_value(char *line, const char *name)
{
    const size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0 || line[length] != ':')
        return NULL;
    return line + length + 1 + strspn(line + length + 1, " \t");
}

static bool take_header(part *p, char *line)
{
    char *disposition = header_value(line, "Content-Disposition");
    const char *type = header_value(line, "Content-Type");
    p->type = type ? type : p->type;
    return !disposition || take_disposition(p, disposition);
}

/* ---- Parts ---------------------------------------------------------------------------------------------------- */

/* Finds bytes in what is left, before end; NULL if they are not there. */
static char *find(const cursor *c, const char *end, const char *bytes, size_t size)
{
    return memmem(c->at, (size_t)(end - c->at), bytes, size);
}

/* Whether there is one; the cursor stands behind it then. */
static bool skip(cursor *c, const char *bytes, size_t size)
{
    const bool there = (size_t)(c->end - c->at) >= size && memcmp(c->at, bytes, size) == 0;
    c->at += there ? size : 0;
    return there;
}

/* Takes the headers, up to the empty line, which has to come before end. */
static bool take_headers_of(part *p, cursor *c, const char *end)
{
    while (!skip(c, "\r\n", 2)) {
        char *line = c->at, *after = find(c, end, "\r\n", 2);
        if (!after)
            return false;
        *after = '\0';
        c->at = after + 2;
        if (!take_header(p, line))
            return false;
    }
    return c->at <= end;
}

/* The cursor stands behind a boundary; afterwards behind the next. The last line break of the headers may be the first
 * of the delimiter: there is nothing in such a part. */
static bool take_part(part *p, cursor *c)
{
    *p = (part){0};
    while (skip(c, " ", 1) || skip(c, "\t", 1))
        ;
    if (!skip(c, "\r\n", 2))
        return false;
    c->at -= 2;
    char *end = find(c, c->end, c->delimiter, c->length);
    c->at += 2;
    if (!end || !take_headers_of(p, c, end + 2) || !p->name)
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

static void take_field(request *r, const part *p)
{
    if (p->size > MAX_FIELD)
        refuse(r, MHD_HTTP_BAD_REQUEST, "the field \"%.40s\" is longer than %zu bytes", p->name, MAX_FIELD);
    else if (memchr(p->bytes, '\0', p->size))
        refuse(r, MHD_HTTP_BAD_REQUEST, "there is a NUL in the field \"%.40s\"", p->name);
    parameter *option = r->status ? NULL : parameter_add(r, p->name);
    if (option)
        option->value = p->bytes;
}

/* ---- The form ------------------------------------------------------------------------------------------------- */

/* The boundary of Content-Type: multipart/form-data; boundary=... */
static bool take_boundary(cursor *c, const char *type)
{
    const char *at = strcasestr(type, "boundary=");
    if (!at)
        return false;
    at += strlen("boundary=");
    const bool quoted = *at == '"';
    at += quoted;
    const size_t length = strcspn(at, quoted ? "\"" : "; \t");
    if (length == 0 || length > LONGEST_BOUNDARY)
        return false;
    memcpy(c->delimiter, "\r\n--", 4);
    memcpy(c->delimiter + 4, at, length);
    c->length = 4 + length;
    return true;
}

/* Behind the first boundary, which may begin the body. */
static bool find_first(cursor *c)
{
    if (skip(c, c->delimiter + 2, c->length - 2))
        return true;
    char *first = find(c, c->end, c->delimiter, c->length);
    c->at = first ? first + c->length : c->at;
    return first;
}

static size_t take_parts(form_file files[MAX_FILES], request *r, cursor *c)
{
    size_t count = 0;
    while (!r->status && !skip(c, "--", 2)) {
        part p;
        if (!take_part(&p, c)) {
            refuse(r, MHD_HTTP_BAD_REQUEST, "the body is no whole multipart/form-data");
        } else if (!is_file(&p)) {
            take_field(r, &p);
        } else if (count == MAX_FILES) {
            refuse(r, MHD_HTTP_BAD_REQUEST, "there are more than %d files in the form", MAX_FILES);
        } else {
            assert(count < MAX_FILES);
            files[count++] = (form_file){p.filename ? p.filename : "", (const uint8_t *)p.bytes, p.size};
        }
    }
    return count;
}

static size_t take_form(form_file files[MAX_FILES], request *r)
{
    cursor c = {.at = (char *)r->body, .end = r->size > 0 ? (char *)r->body + r->size : NULL};
    if (r->size == 0 || !take_boundary(&c, r->content_type) || !find_first(&c)) {
        refuse(r, MHD_HTTP_BAD_REQUEST, "the body is no whole multipart/form-data");
        return 0;
    }
    const size_t count = take_parts(files, r, &c);
    if (!r->status && count == 0)
        refuse(r, MHD_HTTP_BAD_REQUEST, "there is no file in the form");
    return r->status ? 0 : count;
}

size_t take_files(form_file files[MAX_FILES], request *r)
{
    if (has_type(r, "multipart/form-data"))
        return take_form(files, r);
    files[0] = (form_file){"", r->body, r->size};
    return 1;
}
