#include "assets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"

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

/* Changes with the contents; FNV-1a. */
static void make_tag(char tag[TAG_SIZE], const asset *a)
{
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < size_of(a); i++)
        hash = (hash ^ a->bytes[i]) * 0x100000001B3u;
    snprintf(tag, TAG_SIZE, "\"%016llx\"", (unsigned long long)hash);
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

static struct MHD_Response *make_response(const asset *a, size_t size)
{
    char tag[TAG_SIZE];
    struct MHD_Response *response =
        MHD_create_response_from_buffer(size, (void *)(uintptr_t)a->bytes, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return NULL;
    make_tag(tag, a);
    for (size_t i = 0; i < sizeof page_headers / sizeof page_headers[0]; i++)
        MHD_add_response_header(response, page_headers[i][0], page_headers[i][1]);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, tag);
    return response;
}

/* Each whole, and without its contents for those who have it. */
bool assets_load(server *s)
{
    s->assets = calloc(2 * ASSETS, sizeof *s->assets);
    bool loaded = s->assets;
    for (size_t i = 0; loaded && i < ASSETS; i++) {
        s->assets[2 * i] = make_response(&assets[i], size_of(&assets[i]));
        s->assets[2 * i + 1] = make_response(&assets[i], 0);
        loaded = s->assets[2 * i] && s->assets[2 * i + 1];
    }
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
    char tag[TAG_SIZE];
    const char *known = header_of(r, MHD_HTTP_HEADER_IF_NONE_MATCH);
    const size_t index = find(r->path);
    make_tag(tag, &assets[index]);
    const bool same = known && strstr(known, tag);
    r->ready = r->connection->loop->server->assets[2 * index + same];
    r->status = same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK;
    r->answer_size = same ? 0 : size_of(&assets[index]);
}
