/* Data sets: finds their files in a folder, checks them, computes their SHA-256. */
#include "dataset.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/hex.h"
#include "files.h"

/* The file names of the distributed sets, by lenet5_part. labels: NULL if the file of pictures has them too. */
typedef struct file_names {
    const char *images[2];
    const char *labels[2];
} file_names;

#define EMNIST "emnist-"
#define NAMES_OF_EMNIST(split)                                                              \
    {                                                                                       \
        {EMNIST split "-train-images-idx3-ubyte", EMNIST split "-test-images-idx3-ubyte"},  \
        {                                                                                   \
            EMNIST split "-train-labels-idx1-ubyte", EMNIST split "-test-labels-idx1-ubyte" \
        }                                                                                   \
    }

static const file_names spellings[] = {
    {{"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"}, {"train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"}},
    {{"train-images.idx3-ubyte", "t10k-images.idx3-ubyte"}, {"train-labels.idx1-ubyte", "t10k-labels.idx1-ubyte"}},
    NAMES_OF_EMNIST("digits"),
    {{"qmnist-train-images-idx3-ubyte", "qmnist-test-images-idx3-ubyte"},
     {"qmnist-train-labels-idx2-int", "qmnist-test-labels-idx2-int"}},
    {{"zip.train", "zip.test"}, {NULL, NULL}},
    {{"usps", "usps.t"}, {NULL, NULL}},
    NAMES_OF_EMNIST("mnist"),
    NAMES_OF_EMNIST("byclass"),
    NAMES_OF_EMNIST("bymerge"),
    NAMES_OF_EMNIST("balanced"),
};

/* The splits of EMNIST with letters too, whose labels are above 9; byclass has the most classes. */
static const char *const splits_with_letters[] = {EMNIST "byclass-", EMNIST "bymerge-", EMNIST "balanced-"};

#define CLASSES_WITH_LETTERS 62

/* Files that end in .bz2 are found to report how to unpack them. */
static const char *const endings[] = {"", ".gz", ".bz2"};

static const char *const subfolders[] = {"", "MNIST/raw/", "raw/", "FashionMNIST/raw/", "EMNIST/raw/", "QMNIST/raw/"};

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
#define PATH_SIZE 4096

/* ---- Names ------------------------------------------------------------------------------------------------------- */

const char *lenet5_data_subfolder(size_t index)
{
    return index < LENGTH(subfolders) ? subfolders[index] : NULL;
}

/* Whether a file name is that of a set, with any ending. */
static bool is_spelling(const char *name, const char *wanted)
{
    const size_t length = strlen(wanted);
    for (size_t i = 0; i < LENGTH(endings); i++)
        if (strncmp(name, wanted, length) == 0 && strcmp(name + length, endings[i]) == 0)
            return true;
    return false;
}

bool lenet5_is_data_name(const char *name)
{
    for (size_t i = 0; i < LENGTH(spellings); i++)
        if (is_spelling(name, spellings[i].images[LENET5_TRAIN]) || is_spelling(name, spellings[i].images[LENET5_TEST]))
            return true;
    return strstr(name, "idx");
}

static bool has_name(const char *path, const char *beginning)
{
    const char *slash = strrchr(path, '/');
    return strncmp(slash ? slash + 1 : path, beginning, strlen(beginning)) == 0;
}

bool lenet5_is_emnist(const char *path)
{
    return has_name(path, EMNIST);
}

static bool has_letters(const char *path)
{
    for (size_t i = 0; i < LENGTH(splits_with_letters); i++)
        if (has_name(path, splits_with_letters[i]))
            return true;
    return false;
}

/* ---- Files ------------------------------------------------------------------------------------------------------- */

static void transpose(uint8_t *picture, size_t side)
{
    for (size_t row = 0; row < side; row++)
        for (size_t column = 0; column < row; column++) {
            const uint8_t kept = picture[row * side + column];
            picture[row * side + column] = picture[column * side + row];
            picture[column * side + row] = kept;
        }
}

void lenet5_dataset_transpose(lenet5_dataset *set)
{
    if (set->height != set->width)
        return;
    for (size_t i = 0; i < set->count; i++)
        transpose(set->pixels + i * set->height * set->width, set->height);
    lenet5_dataset_seal(set);
}

/* Removes the pictures of letters. */
static lenet5_status keep_digits(lenet5_dataset *set, const char *labels, lenet5_error *error)
{
    const size_t size = set->height * set->width;
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++)
        if (set->labels[i] < LENET5_CLASSES) {
            memmove(set->pixels + kept * size, set->pixels + i * size, size);
            set->labels[kept++] = set->labels[i];
        }
    set->count = kept;
    if (kept > 0)
        return LENET5_OK;
    return lenet5_fail(error, LENET5_E_IDX_LABEL, LENET5_NO_OFFSET,
                       "%s: no label is a digit, 0 to 9; choose another split of EMNIST", labels);
}

static lenet5_status read_labels(lenet5_dataset *set, const char *labels, lenet5_error *error)
{
    const bool letters = has_letters(labels);
    const lenet5_status status = lenet5_idx_labels(set, labels, letters ? CLASSES_WITH_LETTERS : LENET5_CLASSES, error);
    return status == LENET5_OK && letters ? keep_digits(set, labels, error) : status;
}

static lenet5_status read_pictures(lenet5_dataset *set, const char *images, bool with_labels, lenet5_error *error)
{
    gzFile stream;
    lenet5_status status = lenet5_gz_open(&stream, images, error);
    if (status != LENET5_OK)
        return status;
    if (!lenet5_is_usps(stream))
        status = lenet5_idx_pictures(set, stream, images, error);
    else if (with_labels)
        status = lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                             "%s: a text file of USPS has the labels itself; name no file of labels", images);
    else
        status = lenet5_usps_read(set, stream, images, error);
    gzclose_r(stream);
    return status;
}

lenet5_status lenet5_dataset_read(lenet5_dataset *set, const char *images, const char *labels, lenet5_error *error)
{
    lenet5_dataset read = {0};
    lenet5_status status = read_pictures(&read, images, labels, error);
    if (status == LENET5_OK && labels)
        status = read_labels(&read, labels, error);
    if (status != LENET5_OK) {
        lenet5_dataset_free(&read);
        return status;
    }
    lenet5_dataset_seal(&read);
    *set = read;
    return LENET5_OK;
}

/* ---- Folders ----------------------------------------------------------------------------------------------------- */

/* Sets path to name with the first ending that exists and is no folder. */
static bool find_file(char path[PATH_SIZE], const char *folder, const char *subfolder, const char *name)
{
    struct stat about;
    for (size_t i = 0; i < LENGTH(endings); i++) {
        const int length = snprintf(path, PATH_SIZE, "%s/%s%s%s", folder, subfolder, name, endings[i]);
        if (length > 0 && length < PATH_SIZE && stat(path, &about) == 0 && !S_ISDIR(about.st_mode))
            return true;
    }
    return false;
}

static lenet5_status load(lenet5_dataset *set, const char *images, const char *labels, lenet5_error *error)
{
    const lenet5_status status = lenet5_dataset_read(set, images, labels, error);
    if (status == LENET5_OK && lenet5_is_emnist(images))
        lenet5_dataset_transpose(set);
    return status;
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
            if (!names->labels[part])
                return load(set, images, NULL, error);
            if (!find_file(labels, folder, subfolders[i], names->labels[part]))
                return lenet5_fail(error, LENET5_E_DATA_MISSING, LENET5_NO_OFFSET,
                                   "%s: the file of labels, %s(.gz), is missing beside it", images,
                                   names->labels[part]);
            return load(set, images, labels, error);
        }
    return lenet5_fail(error, LENET5_E_DATA_MISSING, LENET5_NO_OFFSET,
                       "%s: no %s set in this folder or its MNIST/raw; looked for %s(.gz) and its other spellings",
                       folder, part == LENET5_TRAIN ? "training" : "test", spellings[0].images[part]);
}

/* ---- Sets -------------------------------------------------------------------------------------------------------- */

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
