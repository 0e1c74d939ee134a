#include "assets.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "base/embed.h"
#include "base/hash.h"
#include "routes.h"
#include "serve/transport/response.h"

/* The build writes the list: ASSET(name, file, path, type) for each file. */
#define ASSET(name, file, path, type) EMBED(name, file);
#include "assets.inc"
#undef ASSET

#define TAG_SIZE 20 /* of an ETag: 16 digits within quotes */

typedef struct file {
    const char *path, *type;
    const unsigned char *bytes, *end;
} file;

static const file files[] = {
#define ASSET(name, file, path, type) {path, type, name, name##_end},
#include "assets.inc"
#undef ASSET
};

#define FILES (sizeof files / sizeof files[0])

struct assets {
    char tag[FILES][TAG_SIZE]; /* ETags: hashes of the contents */
};

/* Returns the index of a file; FILES if there is none. */
static size_t find(const char *path)
{
    size_t i = 0;
    while (i < FILES && strcmp(files[i].path, path) != 0)
        i++;
    return i;
}

bool assets_have(const char *path)
{
    return find(path) < FILES;
}

static size_t size_of(const file *f)
{
    return (size_t)((uintptr_t)f->end - (uintptr_t)f->bytes);
}

/* The page loads nothing from elsewhere, runs nothing inline and is in no frame; the camera is for the page alone. */
static const char *const page_headers[][2] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
     "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Permissions-Policy", "camera=(self), microphone=(), geolocation=()"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache"},
};

static struct MHD_Response *make_response(const file *f, const char *tag, size_t size)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, (void *)(uintptr_t)f->bytes, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return NULL;
    for (size_t i = 0; i < sizeof page_headers / sizeof page_headers[0]; i++)
        MHD_add_response_header(response, page_headers[i][0], page_headers[i][1]);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, f->type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, tag);
    return response;
}

assets *assets_new(void)
{
    assets *a = calloc(1, sizeof *a);
    for (size_t i = 0; a && i < FILES; i++)
        snprintf(a->tag[i], TAG_SIZE, "\"%016llx\"",
                 (unsigned long long)lenet5_hash(files[i].bytes, size_of(&files[i])));
    return a;
}

void assets_free(assets *a)
{
    free(a);
}

void answer_asset(request *r)
{
    const char *known = request_header(r, MHD_HTTP_HEADER_IF_NONE_MATCH);
    const size_t index = find(r->path);
    const assets *a = request_answers(r)->assets;
    assert(index < FILES); /* the route has matched */
    const bool same = known && strstr(known, a->tag[index]);
    r->response_size = same ? 0 : size_of(&files[index]);
    r->prepared = make_response(&files[index], a->tag[index], r->response_size);
    if (r->prepared)
        r->status = same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK;
    else
        response_fail_memory(r);
}
