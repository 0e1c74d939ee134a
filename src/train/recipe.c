/* The recipes. */
#include "recipe.h"

#include <string.h>

static const lenet5_recipe_description descriptions[] = {
    {"1998", "the paper's: one picture at a time, diagonal Levenberg-Marquardt, 20 epochs", 20, 1, LENET5_MAP},
    {"fast", "mini-batches of pictures shifted by a pixel, Adam, for the least time to 99 %", 3, 32, LENET5_MAP},
    {"best", "distorted pictures and what is no digit, Adam, for the fewest errors", 500, 64, LENET5_MAP},
    {"read", "best's, and what is cut out of strings, for reading pictures", 400, 64, LENET5_MAP},
    {"hands", "best's, and digits drawn as other people write them, from a trained network", 400, 64, LENET5_MAP},
    {"amounts", "read's, and such digits and ligatures, from a trained network", 200, 64, LENET5_MAP},
};

/* Needs the reader, so that lenet5_training_new does not have it. */
static const lenet5_recipe_description strings_description = {
    "strings", "amounts', and whole strings of which only the transcript is known", 12, 64, LENET5_MAP};

const lenet5_recipe_description *lenet5_recipe_at(size_t index)
{
    return index < sizeof descriptions / sizeof descriptions[0] ? &descriptions[index] : NULL;
}

#define HANDWRITING                                                                                                  \
    .shift = 1.5f, .rotation = 0.12f, .scale = 0.1f, .squeeze = 0.06f, .shear = 0.12f, .elastic = 1.5f, .ink = 0.1f, \
    .thickness = 0.25f, .blur = 0.3f, .contrast = 0.2f, .noise = 12

static const lenet5_distortion handwriting = {HANDWRITING};

/* Other pens and scanners too. The shares are those of the fewest errors on validation pictures and on other people's
 * digits together (docs/lab/2026-11-hands.md). */
static const lenet5_distortion any_scan = {HANDWRITING,   .pen = 0.05f,  .thicker = 1,   .thinner = 0.4f,
                                           .hard = 0.05f, .hardness = 6, .coarse = 0.05f};

/*
 * Fitted by `lenet5 calibrate` on the last 10,000 training pictures of MNIST: means over three networks that were
 * trained on the other 50,000 with a committee trained on the same 50,000 as teacher.
 */
static const calibration best_calibration = {64.0, 0.114, {0.5, 0.5, 0.5, 0.853, 0.971, 0.994}};

/* The same for recipe read: means over two networks. */
static const calibration read_calibration = {72.0, 0.1125, {0.5, 0.5, 0.5, 0.89, 0.974, 0.989}};

/* The same with drawn digits, for one network each: of recipe hands, of recipe read with the pictures of amounts, and of
 * the latter with strings. That one was trained on all 60,000. */
static const calibration hands_calibration = {59.0, 0.123, {0.913, 0.980, 0.992, 0.996, 0.998, 0.998}};
static const calibration amounts_calibration = {73.6, 0.1105, {0.771, 0.929, 0.979, 0.993, 0.996, 0.998}};
static const calibration strings_calibration = {74.4, 0.138, {0.811, 0.949, 0.979, 0.9962, 0.9992, 0.9996}};

/* Of a network that goes on from a trained one: a quarter of the rate and a share of the first weights forget less. */
#define CONTINUED .distortion = &any_scan, .max_rate = 0.0005, .averaging = 0.999

/* And with the pictures of recipe amounts. */
#define AMOUNTS CONTINUED, .hands = 0.2, .negatives = 0.15, .cut_off = 0.3, .ligatures = 0.5

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
     .distortion = &handwriting,
     .negatives = 0.03,
     .max_rate = 0.002,
     .averaging = 0.999,
     .calibration = &best_calibration},
    {.description = &descriptions[3],
     .method = ADAM,
     .loss = {LENET5_MAP, 60, 0.1},
     .distortion = &handwriting,
     .negatives = 0.15,
     .cut_off = 0.3,
     .max_rate = 0.002,
     .averaging = 0.999,
     .calibration = &read_calibration},
    {.description = &descriptions[4],
     .method = ADAM,
     .loss = {LENET5_MAP, 60, 0.1},
     CONTINUED,
     .kept = 0.2,
     .hands = 0.1,
     .negatives = 0.03,
     .calibration = &hands_calibration},
    {.description = &descriptions[5],
     .method = ADAM,
     .loss = {LENET5_MAP, 60, 0.1},
     AMOUNTS,
     .kept = 0.15,
     .calibration = &amounts_calibration},
    /*
     * The same pictures, and with the probabilities that the network is calibrated for. 16 strings for 64 of them: in a
     * network of recipe read, which misreads one string in twenty, the derivatives of the strings are then a third of
     * those of the pictures.
     */
    {.description = &strings_description,
     .method = ADAM,
     .loss = {LENET5_MAP, 73.6, 0.1105},
     AMOUNTS,
     .kept = 0.2,
     .strings = 16,
     .calibration = &strings_calibration},
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
