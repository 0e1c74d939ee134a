#include "data_sets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "data/dataset.h"
#include "lenet5_reader.h"
#include "messages.h"
#include "paths.h"

static const char *variable_of(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] ? value : NULL;
}

bool set_folder(char path[PATH_SIZE], const cli_arguments *arguments, const char *set)
{
    const char *given = argument_text(arguments, "data");
    const char *xdg = variable_of("XDG_DATA_HOME"), *home = variable_of("HOME");
    path[0] = '\0';
    if (given)
        snprintf(path, PATH_SIZE, "%s", given);
    else if (xdg)
        snprintf(path, PATH_SIZE, "%s/lenet5/%s", xdg, set);
    else if (home)
        snprintf(path, PATH_SIZE, "%s/.local/share/lenet5/%s", home, set);
    return path[0] != '\0';
}

bool data_folder(char path[PATH_SIZE], const cli_arguments *arguments)
{
    const char *variable = variable_of("LENET5_DATA");
    if (argument_text(arguments, "data") || !variable)
        return set_folder(path, arguments, "mnist");
    snprintf(path, PATH_SIZE, "%s", variable);
    return true;
}

int report_no_data_folder(void)
{
    return report_error("no folder for data sets is known: pass --data DIR, or set HOME, XDG_DATA_HOME or LENET5_DATA");
}

bool data_is_named(const cli_arguments *arguments)
{
    return argument_text(arguments, "data") || variable_of("LENET5_DATA");
}

/* The SHA-256 of the pictures and labels of known sets, which may be in any folder. */
static const struct {
    const char *sha256, *name;
} known_sets[] = {
    {"edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b", "MNIST"},
    {"c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b", "MNIST"},
    {"16d82e2b505296aa2b78bd5ea0992634f30419a4c97def7c907d154a35ac6157", "Fashion-MNIST"},
    {"9f1ec356a747bfe4ebab3cfb722d3694c9ca737e2570f6f90cf31d7b6fd689d4", "Fashion-MNIST"},
};

static void name_set(named_set *loaded, const char *folder)
{
    for (size_t i = 0; i < sizeof known_sets / sizeof known_sets[0]; i++)
        if (strcmp(known_sets[i].sha256, loaded->set.sha256) == 0) {
            snprintf(loaded->name, sizeof loaded->name, "%s", known_sets[i].name);
            return;
        }
    size_t end = strlen(folder);
    while (end > 1 && folder[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && folder[begin - 1] != '/')
        begin--;
    const size_t length = end - begin < sizeof loaded->name ? end - begin : sizeof loaded->name - 1;
    memcpy(loaded->name, folder + begin, length);
    loaded->name[length] = '\0';
}

lenet5_status normalise_set(lenet5_dataset *set, bool always, lenet5_error *error)
{
    if (!always && set->height == LENET5_PICTURE_SIDE && set->width == LENET5_PICTURE_SIDE)
        return LENET5_OK;
    uint8_t *pixels = calloc(set->count, LENET5_PICTURE_BYTES);
    if (!pixels)
        return lenet5_fail_memory(error);
    size_t empty = 0;
    for (size_t i = 0; i < set->count; i++) {
        const uint8_t *picture = lenet5_dataset_picture(set, i);
        empty +=
            lenet5_normalise(pixels + i * LENET5_PICTURE_BYTES, picture, set->width, set->height, NULL) != LENET5_OK;
    }
    free(set->pixels);
    set->pixels = pixels;
    set->height = set->width = LENET5_PICTURE_SIDE;
    lenet5_dataset_seal(set);
    if (empty > 0)
        fprintf(stderr, "%zu pictures have no ink and count as blank paper\n", empty);
    return LENET5_OK;
}

lenet5_status load_set(named_set *loaded, const cli_arguments *arguments, lenet5_part part, lenet5_error *error)
{
    char folder[PATH_SIZE];
    const bool named = data_folder(folder, arguments) && data_is_named(arguments);
    if (!folder[0])
        return lenet5_fail(error, LENET5_E_DATA_MISSING, LENET5_NO_OFFSET, "data: : no folder is known");
    if (named && !is_folder(folder))
        return lenet5_fail(error, LENET5_E_DATA_MISSING, LENET5_NO_OFFSET, "%s: %.*s: this folder does not exist",
                           argument_text(arguments, "data") ? "--data" : "LENET5_DATA", PATH_SIZE / 8, folder);
    const lenet5_status status = lenet5_dataset_load(&loaded->set, folder, part, error);
    if (status != LENET5_OK)
        return status;
    name_set(loaded, folder);
    return normalise_set(&loaded->set, false, error);
}

lenet5_status synthetic_set(named_set *drawn, lenet5_part part, lenet5_error *error)
{
    snprintf(drawn->name, sizeof drawn->name, SYNTHETIC_NAME);
    if (part == LENET5_TRAIN)
        return lenet5_dataset_synthesise(&drawn->set, SYNTHETIC_TRAINING, 1998, error);
    return lenet5_dataset_synthesise(&drawn->set, SYNTHETIC_TEST, 2026, error);
}

void announce_synthetic_digits(void)
{
    fputs("MNIST is not installed (lenet5 fetch mnist downloads it): using synthetic digits\n", stderr);
}

lenet5_status load_or_draw_set(named_set *loaded, const cli_arguments *arguments, lenet5_part part, lenet5_error *error)
{
    const lenet5_status status = load_set(loaded, arguments, part, error);
    if (status != LENET5_E_DATA_MISSING || data_is_named(arguments))
        return status;
    announce_synthetic_digits();
    return synthetic_set(loaded, part, error);
}
