/*
 * The modules are files within the program: shared libraries, which the dynamic linker takes from memory. So the
 * program is one file, wherever it is. They stay loaded until it ends, and their descriptors stay open, since it is by
 * these that the linker tells one from the other.
 */
#include "extras.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/embed.h"
#include "common.h"
#include "drawing.h"
#include "reader/decode.h"

EMBED(drawing_file, LENET5_DRAWING);
EMBED(fetch_file, LENET5_FETCH);
EMBED(pictures_file, LENET5_PICTURES);
#ifdef LENET5_SERVE
EMBED(serve_file, LENET5_SERVE);
#endif

typedef struct extra {
    const char *name;
    const unsigned char *bytes, *end;
} extra;

static const extra extras[] = {
    {"lenet5_drawing", drawing_file, drawing_file_end},
    {"lenet5_fetch", fetch_file, fetch_file_end},
    {"lenet5_pictures", pictures_file, pictures_file_end},
#ifdef LENET5_SERVE
    {"lenet5_serve", serve_file, serve_file_end},
#endif
};

static const extra *find_extra(const char *name)
{
    const extra *e = extras;
    while (strcmp(e->name, name) != 0)
        e++;
    return e;
}

/* A file in memory with those bytes; -1 if there is none to be had. */
static int open_in_memory(const extra *e)
{
    const int file = memfd_create(e->name, MFD_CLOEXEC);
    for (const unsigned char *at = e->bytes; file >= 0 && at < e->end;) {
        const ssize_t written = write(file, at, (size_t)((uintptr_t)e->end - (uintptr_t)at));
        if (written <= 0) {
            close(file);
            return -1;
        }
        at += written;
    }
    return file;
}

const void *load_extra(const char *name, lenet5_error *error)
{
    char path[64];
    const int file = open_in_memory(find_extra(name));
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    void *module = file >= 0 ? dlopen(path, RTLD_NOW) : NULL;
    const void *table = module ? dlsym(module, name) : NULL;
    if (!table) {
        *error = (lenet5_error){.status = LENET5_E_OPEN, .offset = LENET5_NO_OFFSET};
        snprintf(error->message, sizeof error->message, "%s, a part of the program, cannot be loaded: %.500s", name,
                 file >= 0 ? dlerror() : "no file in memory can be made");
    }
    return table;
}

/* ---- Drawings ---------------------------------------------------------------------------------------------------- */

lenet5_status draw_curves(const char *path, const curve_point *points, size_t count, const char *held_out_name,
                          const char *title, bool with_figure_5, lenet5_error *error)
{
    const drawing_module *module = load_extra("lenet5_drawing", error);
    return module ? module->curves(path, points, count, held_out_name, title, with_figure_5, error) : LENET5_E_OPEN;
}

lenet5_status draw_misread(const char *path, const lenet5_dataset *set, const misread *digits, size_t count,
                           lenet5_error *error)
{
    const drawing_module *module = load_extra("lenet5_drawing", error);
    return module ? module->misread(path, set, digits, count, error) : LENET5_E_OPEN;
}

lenet5_status draw_reading(const char *path, const lenet5_picture *picture, const lenet5_read_line *lines, size_t count,
                           lenet5_error *error)
{
    const drawing_module *module = load_extra("lenet5_drawing", error);
    return module ? module->reading(path, picture, lines, count, error) : LENET5_E_OPEN;
}

/* ---- Pictures ---------------------------------------------------------------------------------------------------- */

lenet5_status lenet5_decode_other(lenet5_picture *picture, bool *last, const picture_file *file, int page,
                                  lenet5_error *error)
{
    const lenet5_pictures_module *module = load_extra("lenet5_pictures", error);
    return module ? module->decode(picture, last, file, page, error) : LENET5_E_OPEN;
}
