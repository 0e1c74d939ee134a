/*
 * Modules stay loaded until the program ends. They are looked for by full path, relative to the program, so that an
 * installed tree may be moved; a run path would do that too, but it would hold for Leptonica's libraries as well, and
 * each of them would be looked for beside the program first.
 */
#include "extras.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "drawing.h"
#include "reader/decode.h"

/* The folder of the program, which Linux knows whatever way it was called; empty if /proc is not there. */
static void program_folder(char folder[PATH_SIZE])
{
    const ssize_t length = readlink("/proc/self/exe", folder, PATH_SIZE - 1);
    folder[length < 0 ? 0 : length] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
}

const void *load_extra(const char *name, lenet5_error *error)
{
    char folder[PATH_SIZE], built[PATH_SIZE + 64], installed[PATH_SIZE + 64];
    program_folder(folder);
    snprintf(built, sizeof built, "%s/%s.so", folder, name);
    snprintf(installed, sizeof installed, "%s/" LENET5_EXTRAS "/%s.so", folder, name);
    void *module = dlopen(access(built, F_OK) == 0 ? built : installed, RTLD_NOW);
    const void *table = module ? dlsym(module, name) : NULL;
    if (!table) {
        *error = (lenet5_error){.status = LENET5_E_OPEN, .offset = LENET5_NO_OFFSET};
        snprintf(error->message, sizeof error->message,
                 "neither %.200s nor %.200s can be loaded, install lenet5 and the libraries it needs again: %s", built,
                 installed, dlerror());
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
