/* The recipes. */
#include "recipe.h"

#include <string.h>

static const lenet5_recipe_description descriptions[] = {
    {"1998", "the paper's: one picture at a time, diagonal Levenberg-Marquardt, 20 epochs", 20, 1, LENET5_MAP},
    {"fast", "mini-batches of pictures shifted by a pixel, Adam, for the least time to 99 %", 3, 32, LENET5_MAP},
    {"best", "distorted pictures, drawn digits and what is no digit, Adam, for the fewest errors", 1000, 64,
     LENET5_MAP},
    {"read", "best's, and what is cut out of strings, for reading pictures", 1000, 64, LENET5_MAP},
};

/* Needs the reader, so that lenet5_training_new does not have it. */
static const lenet5_recipe_description strings_description = {
    "strings", "read's, and whole strings of which only the transcript is known", 10, 64, LENET5_MAP};

const lenet5_recipe_description *lenet5_recipe_at(size_t index)
{
    return index < sizeof descriptions / sizeof descriptions[0] ? &descriptions[index] : NULL;
}

/* Handwriting with any pen and scanner. The shares are those of the fewest errors on validation pictures and on other
 * people's digits together (docs/lab/2026-11-hands.md). */
static const lenet5_distortion any_scan = {.shift = 1.5f,
                                           .rotation = 0.12f,
                                           .scale = 0.1f,
                                           .squeeze = 0.06f,
                                           .shear = 0.12f,
                                           .elastic = 1.5f,
                                           .pen = 0.05f,
                                           .thicker = 1,
                                           .thinner = 0.4f,
                                           .ink = 0.1f,
                                           .thickness = 0.25f,
                                           .blur = 0.3f,
                                           .contrast = 0.2f,
                                           .noise = 12,
                                           .hard = 0.05f,
                                           .hardness = 6,
                                           .coarse = 0.05f};

/*
 * Fitted by `lenet5 calibrate` on the last 10,000 training pictures of MNIST, to a network of the recipe that was trained
 * on the other 50,000 (docs/lab/2026-11-hands.md).
 */
static const calibration best_calibration = {61.3, 0.115, {0.773, 0.93, 0.983, 0.994, 0.997, 0.998}};
static const calibration read_calibration = {73.6, 0.1105, {0.771, 0.929, 0.979, 0.993, 0.996, 0.998}};

static const recipe recipes[] = {
    {.description = &descriptions[0], .method = DIAGONAL_LEVENBERG_MARQUARDT, .loss = {LENET5_MAP, 12, 1}},
    {.description = &descriptions[1],
     .method = ADAM,
     .loss = {LENET5_MAP, 60, 0.05},
     .shift = 1,
     .max_rate = 0.004,
     .averaging = 0.995},
    {.description = &descriptions[2],
     .method = ADAM,
     .loss = {LENET5_MAP, 60, 0.1},
     .distortion = &any_scan,
     .hands = 0.12,
     .negatives = 0.03,
     .max_rate = 0.002,
     .averaging = 0.999,
     .calibration = &best_calibration},
    {.description = &descriptions[3],
     .method = ADAM,
     .loss = {LENET5_MAP, 60, 0.1},
     .distortion = &any_scan,
     .hands = 0.2,
     .negatives = 0.15,
     .cut_off = 0.3,
     .ligatures = 0.5,
     .max_rate = 0.002,
     .averaging = 0.999,
     .calibration = &read_calibration},
    /*
     * From a trained network: with the probabilities that it is calibrated for, and a quarter of read's rate. The
     * pictures are those of read. 16 strings for 64 of them: in a network of recipe read, which misreads one string in
     * twenty, the derivatives of the strings are then a third of those of the pictures.
     */
    {.description = &strings_description,
     .method = ADAM,
     .loss = {LENET5_MAP, 73.6, 0.1105},
     .distortion = &any_scan,
     .hands = 0.2,
     .negatives = 0.15,
     .cut_off = 0.3,
     .ligatures = 0.5,
     .max_rate = 0.0005,
     .averaging = 0.999,
     .strings = 16,
     .calibration = &read_calibration},
};

const recipe *lenet5_recipe_find(const char *name)
{
    for (size_t i = 0; i < sizeof recipes / sizeof recipes[0]; i++)
        if (strcmp(recipes[i].description->name, name) == 0)
            return &recipes[i];
    return NULL;
}

bool lenet5_batch_fits(const recipe *r, size_t batch)
{
    return batch > 0 && batch <= (r->method == ADAM ? LENET5_MAX_BATCH : 1);
}

double lenet5_eta(unsigned epoch)
{
    static const struct {
        unsigned epochs;
        double eta;
    } schedule[] = {{2, 5e-4}, {5, 2e-4}, {8, 1e-4}, {12, 5e-5}};
    for (size_t i = 0; i < sizeof schedule / sizeof schedule[0]; i++)
        if (epoch < schedule[i].epochs)
            return schedule[i].eta;
    return 1e-5;
}
