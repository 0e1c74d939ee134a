/* lenet5 synth: the built-in synthetic digits as IDX files. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common.h"

#define MOST_DIGITS 10000000u

static int write_part(const char *folder, const char *part, size_t count, uint64_t seed)
{
    char images[PATH_SIZE];
    char labels[PATH_SIZE];
    lenet5_error error;
    lenet5_dataset set = {0};
    snprintf(images, sizeof images, "%s/%s-images-idx3-ubyte", folder, part);
    snprintf(labels, sizeof labels, "%s/%s-labels-idx1-ubyte", folder, part);
    lenet5_status status = lenet5_dataset_synthesise(&set, count, seed, &error);
    if (status == LENET5_OK)
        status = lenet5_dataset_write(images, labels, &set, &error);
    lenet5_dataset_free(&set);
    if (status != LENET5_OK)
        return complain_error(&error);
    printf("%s\n%s\n", images, labels);
    return EXIT_DONE;
}

static int run(const cli_arguments *arguments)
{
    uint64_t count, test_count, seed;
    const char *folder = argument_text(arguments, "out");
    if (!folder)
        return complain_usage(arguments->command, "--out names the folder to write to");
    if (!argument_whole(&count, arguments, "count", SYNTHETIC_TRAINING, 1, MOST_DIGITS) ||
        !argument_whole(&test_count, arguments, "test-count", 0, 0, MOST_DIGITS) ||
        !argument_whole(&seed, arguments, "seed", 1, 0, UINT64_MAX))
        return EXIT_USAGE;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return complain("%s: the folder cannot be made: %s", folder, strerror(errno));
    int code = write_part(folder, "train", (size_t)count, seed);
    if (code == EXIT_DONE && test_count > 0)
        code = write_part(folder, "t10k", (size_t)test_count, ~seed);
    return code;
}

static const option options[] = {
    {"out", "DIR", "the folder to write to; it is made if it is not there"},
    {"count", "N", "how many digits to train on; default 20000"},
    {"test-count", "N", "how many others to test on; default none"},
    {"seed", "S", "the same seed, the same bytes; default 1"},
    {0},
};

const cli_command synth_command = {
    .name = "synth",
    .summary = "draw synthetic handwritten digits and write them as IDX files",
    .usage = "--out DIR [options]",
    .description = "Draws digits with a pen of changing style, slant, size, thickness and wobble, and writes\n"
                   "them under MNIST's names, so that --data DIR finds them.",
    .options = options,
    .run = run,
};
