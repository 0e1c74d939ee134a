/* Data sets: finds their files in a folder, checks them, computes their SHA-256. */
#include "dataset.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hex.h"

/* The file names of the distributed sets. EMNIST's pictures are stored transposed. */
typedef struct file_names {
    const char *images[2]; /* by lenet5_part */
    const char *labels[2];
    bool transposed;
} file_names;

static const file_names spellings[] = {
    {{"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"},
     {"train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"},
     false},
    {{"train-images.idx3-ubyte", "t10k-images.idx3-ubyte"},
     {"train-labels.idx1-ubyte", "t10k-labels.idx1-ubyte"},
     false},
    {{"emnist-digits-train-images-idx3-ubyte", "emnist-digits-test-images-idx3-ubyte"},
     {"emnist-digits-train-labels-idx1-ubyte", "emnist-digits-test-labels-idx1-ubyte"},
     true},
    {{"qmnist-train-images-idx3-ubyte", "qmnist-test-images-idx3-ubyte"},
     {"qmnist-train-labels-idx2-int", "qmnist-test-labels-idx2-int"},
     false},
};

static const char *const subfolders[] = {"", "MNIST/raw/", "raw/", "FashionMNIST/raw/", "EMNIST/raw/", "QMNIST/raw/"};

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
#define PATH_SIZE 4096

/* Sets path to name or name.gz, whichever exists. */
static bool find_file(char path[PATH_SIZE], const char *folder, const char *subfolder, const char *name)
{
    static const char *const endings[] = {"", ".gz"};
    for (size_t i = 0; i < LENGTH(endings); i++) {
        const int length = snprintf(path, PATH_SIZE, "%s/%s%s%s", folder, subfolder, name, endings[i]);
        if (length > 0 && length < PATH_SIZE && access(path, F_OK) == 0)
            return true;
    }
    return false;
}

static void transpose(uint8_t *picture, size_t side)
{
    for (size_t row = 0; row < side; row++)
        for (size_t column = 0; column < row; column++) {
            const uint8_t kept = picture[row * side + column];
            picture[row * side + column] = picture[column * side + row];
            picture[column * side + row] = kept;
        }
}

static void transpose_all(lenet5_dataset *set)
{
    for (size_t i = 0; i < set->count; i++)
        transpose(set->pixels + i * set->height * set->width, set->height);
    lenet5_dataset_seal(set);
}

static lenet5_status load(lenet5_dataset *set, const char *images, const char *labels, bool transposed,
                          lenet5_error *error)
{
    lenet5_dataset loaded;
    const lenet5_status status = lenet5_dataset_read(&loaded, images, labels, error);
    if (status != LENET5_OK)
        return status;
    if (transposed && loaded.height == loaded.width)
        transpose_all(&loaded);
    *set = loaded;
    return LENET5_OK;
}

lenet5_status lenet5_dataset_load(lenet5_dataset *set, const char *folder, lenet5_part part, lenet5_error *error)
{
    char images[PATH_SIZE];
    char labels[PATH_SIZE];
    if (part != LENET5_TRAIN && part != LENET5_TEST)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "unknown part %d of a data set; there are %d and %d", (int)part, LENET5_TRAIN, LENET5_TEST);
    for (size_t i = 0; i < LENGTH(subfolders); i++)
        for (size_t k = 0; k < LENGTH(spellings); k++) {
            const file_names *names = &spellings[k];
            if (!find_file(images, folder, subfolders[i], names->images[part]))
                continue;
            if (!find_file(labels, folder, subfolders[i], names->labels[part]))
                return lenet5_fail(error, LENET5_E_DATA_MISSING, LENET5_NO_OFFSET,
                                   "%s: the file of labels, %s(.gz), is missing beside it", images,
                                   names->labels[part]);
            return load(set, images, labels, names->transposed, error);
        }
    return lenet5_fail(error, LENET5_E_DATA_MISSING, LENET5_NO_OFFSET,
                       "%s: no %s set in this folder or its MNIST/raw; looked for %s(.gz) and its other spellings",
                       folder, part == LENET5_TRAIN ? "training" : "test", spellings[0].images[part]);
}

static lenet5_status check_labels(const lenet5_dataset *set, lenet5_error *error)
{
    uint8_t greatest = 0;
    for (size_t i = 0; set->labels && i < set->count; i++)
        greatest = set->labels[i] > greatest ? set->labels[i] : greatest;
    if (greatest < LENET5_CLASSES)
        return LENET5_OK;
    size_t first = 0;
    while (set->labels[first] < LENET5_CLASSES)
        first++;
    return lenet5_fail(error, LENET5_E_IDX_LABEL, LENET5_NO_OFFSET,
                       "picture %zu of the set has the label %u; labels are 0 to 9", first, set->labels[first]);
}

lenet5_status lenet5_check_set(const lenet5_dataset *set, lenet5_error *error)
{
    if (set->count == 0 || !set->pixels)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "the set has no pictures");
    const size_t most = SIZE_MAX / set->count;
    if (set->count > LENET5_MAX_PICTURES || set->height == 0 || set->width == 0 || set->width > most / set->height)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "the set has %zu pictures of %zux%zu; at most %u can be used, and they must fit into memory",
                           set->count, set->width, set->height, LENET5_MAX_PICTURES);
    return check_labels(set, error);
}

lenet5_status lenet5_check_digits(const lenet5_dataset *set, lenet5_error *error)
{
    if (set->count == 0 || !set->labels)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "the set has no pictures, or no labels");
    if (set->height != LENET5_PICTURE_SIDE || set->width != LENET5_PICTURE_SIDE)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "the pictures are %zux%zu, not 28x28; normalise them", set->width, set->height);
    return lenet5_check_set(set, error);
}

void lenet5_dataset_seal(lenet5_dataset *set)
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&context);
    sha256_update(&context, set->count * set->height * set->width, set->pixels);
    if (set->labels)
        sha256_update(&context, set->count, set->labels);
    sha256_digest(&context, sizeof digest, digest);
    lenet5_hex(set->sha256, digest, sizeof digest);
}

lenet5_dataset lenet5_dataset_slice(const lenet5_dataset *set, size_t first, size_t count)
{
    if (first > set->count || count > set->count - first)
        return (lenet5_dataset){.height = set->height, .width = set->width};
    lenet5_dataset slice = *set;
    slice.count = count;
    slice.pixels += first * set->height * set->width;
    if (slice.labels)
        slice.labels += first;
    slice.sha256[0] = '\0';
    return slice;
}

const uint8_t *lenet5_dataset_picture(const lenet5_dataset *set, size_t index)
{
    return set->pixels + index * set->height * set->width;
}

void lenet5_dataset_free(lenet5_dataset *set)
{
    free(set->pixels);
    free(set->labels);
    memset(set, 0, sizeof *set);
}
