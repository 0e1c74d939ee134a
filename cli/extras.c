/*
 * The modules are shared libraries embedded in the program, which the dynamic linker loads from files in memory; so the
 * program is a single file. A module stays loaded, and its descriptor open, since the linker identifies modules by it.
 */
#define _GNU_SOURCE /* memfd_create */
#include "extras.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/error.h"
#include "common.h"
#include "drawing/drawing.h"
#include "reader/decode/decode.h"

EMBED(drawing_file, LENET5_DRAWING);
EMBED(fetch_file, LENET5_FETCH);
EMBED(pictures_file, LENET5_PICTURES);
#ifdef LENET5_ARCHIVE
EMBED(archive_file, LENET5_ARCHIVE);
#endif
#ifdef LENET5_SERVE
EMBED(serve_file, LENET5_SERVE);
#endif
#ifdef LENET5_OPENMPI
EMBED(openmpi_file, LENET5_OPENMPI);
#endif
#ifdef LENET5_MPICH
EMBED(mpich_file, LENET5_MPICH);
#endif

typedef struct extra {
    const char *name;
    const unsigned char *bytes, *end;
    const void *table; /* NULL: not loaded yet */
} extra;

static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER; /* guards the tables */
static extra extras[] = {
    {"lenet5_drawing", drawing_file, drawing_file_end, NULL},    {"lenet5_fetch", fetch_file, fetch_file_end, NULL},
    {"lenet5_pictures", pictures_file, pictures_file_end, NULL},
#ifdef LENET5_ARCHIVE
    {"lenet5_archive", archive_file, archive_file_end, NULL},
#endif
#ifdef LENET5_SERVE
    {"lenet5_serve", serve_file, serve_file_end, NULL},
#endif
#ifdef LENET5_OPENMPI
    {"lenet5_openmpi", openmpi_file, openmpi_file_end, NULL},
#endif
#ifdef LENET5_MPICH
    {"lenet5_mpich", mpich_file, mpich_file_end, NULL},
#endif
};

static extra *find_extra(const char *name)
{
    extra *e = extras;
    while (strcmp(e->name, name) != 0)
        e++;
    return e;
}

static bool write_bytes(int file, const extra *e)
{
    for (const unsigned char *at = e->bytes; at < e->end;) {
        const ssize_t written = write(file, at, (size_t)((uintptr_t)e->end - (uintptr_t)at));
        if (written < 0 && errno != EINTR)
            return false;
        at += written > 0 ? written : 0;
    }
    return true;
}

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* of Linux 6.3 */
#endif

/* Returns a file in memory with the bytes of the module; -1: error. It is never executed, and kernels that support it
 * can be configured to require that flag. */
static int open_in_memory(const extra *e)
{
    int file = memfd_create(e->name, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
    if (file < 0 && errno == EINVAL)
        file = memfd_create(e->name, MFD_CLOEXEC);
    if (file < 0 || write_bytes(file, e))
        return file;
    const int reason = errno;
    close(file);
    errno = reason;
    return -1;
}

static lenet5_status fail_to_load(lenet5_error *error, const char *name, const char *reason)
{
    return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET, "%s, a part of the program, cannot be loaded: %.500s",
                       name, reason);
}

static lenet5_status load(extra *e, lenet5_error *error)
{
    char path[64], reason[160];
    const int file = open_in_memory(e);
    if (file < 0) {
        snprintf(reason, sizeof reason, "no file in memory (memfd_create): %s", strerror(errno));
        return fail_to_load(error, e->name, reason);
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    const bool reached = access(path, F_OK) == 0;
    void *module = reached ? dlopen(path, RTLD_NOW) : NULL;
    e->table = module ? dlsym(module, e->name) : NULL;
    if (e->table)
        return LENET5_OK;
    fail_to_load(error, e->name, reached ? dlerror() : "/proc is not mounted here, or not readable");
    close(file);
    return error->status;
}

const void *load_extra(const char *name, lenet5_error *error)
{
    extra *e = find_extra(name);
    pthread_mutex_lock(&loading);
    const bool loaded = e->table || load(e, error) == LENET5_OK;
    pthread_mutex_unlock(&loading);
    return loaded ? e->table : NULL;
}

/* ---- Drawings ---------------------------------------------------------------------------------------------------- */

lenet5_status draw_curves(const char *path, const learning_curves *curves, lenet5_error *error)
{
    const drawing_module *module = load_extra("lenet5_drawing", error);
    return module ? module->curves(path, curves, error) : LENET5_E_OPEN;
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

lenet5_status draw_forms(const char *path, uint64_t seed, lenet5_error *error)
{
    const drawing_module *module = load_extra("lenet5_drawing", error);
    return module ? module->forms(path, seed, error) : LENET5_E_OPEN;
}

/* ---- Pictures ---------------------------------------------------------------------------------------------------- */

static lenet5_status decode_in_module(lenet5_picture *picture, page_position *position, const picture_file *file,
                                      lenet5_error *error)
{
    const lenet5_pictures_module *module = load_extra("lenet5_pictures", error);
    return module ? module->decode(picture, position, file, error) : LENET5_E_OPEN;
}

const page_decoder lenet5_decode_hook = decode_in_module;
