#include "assets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "base/hash.h"

/* The list of them, ASSET(name, file, path, type) each, is made when the program is built. */
#define ASSET(name, file, path, type) EMBED(name, file);
#include "assets.inc"
#undef ASSET

#define TAG_SIZE 20

typedef struct asset {
    const char *path, *type;
    const unsigned char *bytes, *end;
} asset;

static const asset assets[] = {
#define ASSET(name, file, path, type) {path, type, name, name##_end},
#include "assets.inc"
#undef ASSET
};

#define ASSETS (sizeof assets / sizeof assets[0])

/* ASSETS, where there is none. */
static size_t find(const char *path)
{
    size_t i = 0;
    while (i < ASSETS && strcmp(assets[i].path, path) != 0)
        i++;
    return i;
}

bool asset_exists(const char *path)
{
    return find(path) < ASSETS;
}

static size_t size_of(const asset *a)
{
    return (size_t)((uintptr_t)a->end - (uintptr_t)a->bytes);
}

/* Nothing from elsewhere, nothing inline, in nobody's frame; the camera is the page's alone. */
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

static struct MHD_Response *make_response(const asset *a, const char *tag, size_t size)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, (void *)(uintptr_t)a->bytes, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return NULL;
    for (size_t i = 0; i < sizeof page_headers / sizeof page_headers[0]; i++)
        MHD_add_response_header(response, page_headers[i][0], page_headers[i][1]);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, tag);
    return response;
}

/* An asset whole, and without its contents for those who have it; the tag changes with the contents. */
static bool load(struct MHD_Response *responses[2], const asset *a)
{
    char tag[TAG_SIZE];
    snprintf(tag, sizeof tag, "\"%016llx\"", (unsigned long long)lenet5_hash(a->bytes, size_of(a)));
    responses[0] = make_response(a, tag, size_of(a));
    responses[1] = make_response(a, tag, 0);
    return responses[0] && responses[1];
}

bool assets_load(server *s)
{
    s->assets = calloc(2 * ASSETS, sizeof *s->assets);
    bool loaded = s->assets;
    for (size_t i = 0; loaded && i < ASSETS; i++)
        loaded = load(&s->assets[2 * i], &assets[i]);
    return loaded;
}

void assets_free(server *s)
{
    for (size_t i = 0; s->assets && i < 2 * ASSETS; i++)
        if (s->assets[i])
            MHD_destroy_response(s->assets[i]);
    free(s->assets);
}

void answer_asset(request *r)
{
    const char *known = header_of(r, MHD_HTTP_HEADER_IF_NONE_MATCH);
    const size_t index = find(r->path);
    struct MHD_Response *const *responses = &r->connection->loop->server->assets[2 * index];
    const bool same = known && strstr(known, MHD_get_response_header(responses[0], MHD_HTTP_HEADER_ETAG));
    r->ready = responses[same];
    r->status = same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK;
    r->answer_size = same ? 0 : size_of(&assets[index]);
}
