/*
 * A checkpoint of a short training, changed by the input (files.h). If it is accepted, the training makes a step.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "files.h"
#include "fuzz.h"

#define PICTURES 32
#define MAX_SIZE 4000000 /* bytes of a checkpoint */

static lenet5_dataset set;
static uint8_t checkpoint[MAX_SIZE];
static size_t checkpoint_size;

/* Reads the file that the training has written. */
static void take_file(const char *path)
{
    FILE *stream = fopen(path, "rb");
    if (!stream)
        abort();
    checkpoint_size = fread(checkpoint, 1, sizeof checkpoint, stream);
    if (!feof(stream))
        abort();
    fclose(stream);
}

static void make_checkpoint(void)
{
    lenet5_training *training;
    char path[] = "/tmp/lenet5-fuzz-XXXXXX";
    const lenet5_training_options options = {.recipe = "fast", .seed = 3, .batch = 16, .threads = 1};
    const int descriptor = mkstemp(path);
    if (descriptor < 0 || lenet5_dataset_synthesise(&set, PICTURES, 1, NULL) != LENET5_OK ||
        lenet5_training_new(&training, &options, &set, NULL, NULL) != LENET5_OK ||
        lenet5_training_step(training, NULL) != LENET5_OK || lenet5_training_save(path, training, NULL) != LENET5_OK)
        abort();
    take_file(path);
    lenet5_training_free(training);
    close(descriptor);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[FILE_PATH];
    lenet5_error error;
    lenet5_training *training;
    const lenet5_training_options options = {.threads = 1};
    if (checkpoint_size == 0)
        make_checkpoint();
    memory_file file = change_safetensors(checkpoint, checkpoint_size, data, size);
    const int descriptor = file_of(path, file.bytes, file.size);
    if (lenet5_training_resume(&training, path, &options, &set, NULL, &error) == LENET5_OK) {
        if (!lenet5_training_finished(training) && lenet5_training_step(training, &error) == LENET5_OK &&
            lenet5_training_epochs_done(training) > lenet5_training_epochs_total(training))
            abort();
        lenet5_training_free(training);
    }
    close(descriptor);
    free(file.bytes);
    return 0;
}
