/*
 * Checkpoints: model files that also hold the state that the next step depends on, so that a resumed training gives the
 * same bits as an uninterrupted one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/options.h"
#include "store/model_file.h"
#include "store/safetensors_file.h"
#include "training.h"

enum { SUMS = 8, COUNTS = 4, EPOCH_NUMBERS = 8, EXTRAS = 11, STRING_SUMS = sizeof(string_sums) / sizeof(double) };

/* The state of a training besides the network, as arrays that become tensors. */
typedef struct record {
    double sums[SUMS];
    uint64_t counts[COUNTS];
    double *history; /* (epochs, EPOCH_NUMBERS) */
} record;

static void put_epoch(double numbers[EPOCH_NUMBERS], const lenet5_epoch *epoch)
{
    const double values[EPOCH_NUMBERS] = {epoch->loss,
                                          (double)epoch->training_errors,
                                          (double)epoch->training_pictures,
                                          (double)epoch->held_out_errors,
                                          (double)epoch->held_out_pictures,
                                          epoch->seconds,
                                          epoch->min_rate,
                                          epoch->max_rate};
    memcpy(numbers, values, sizeof values);
}

static lenet5_epoch get_epoch(const double numbers[EPOCH_NUMBERS], unsigned number)
{
    return (lenet5_epoch){.epoch = number,
                          .loss = numbers[0],
                          .training_errors = (size_t)numbers[1],
                          .training_pictures = (size_t)numbers[2],
                          .held_out_errors = (size_t)numbers[3],
                          .held_out_pictures = (size_t)numbers[4],
                          .seconds = numbers[5],
                          .min_rate = numbers[6],
                          .max_rate = numbers[7]};
}

static void put_record(record *r, const lenet5_training *t)
{
    const double sums[SUMS] = {t->loss_sum, (double)t->errors, t->seconds,          t->min_rate,
                               t->max_rate, t->monitor.loss,   t->monitor.pictures, t->monitor.baseline};
    const uint64_t counts[COUNTS] = {t->steps, t->position, t->finished, t->epochs};
    memcpy(r->sums, sums, sizeof sums);
    memcpy(r->counts, counts, sizeof counts);
    for (unsigned i = 0; i < t->finished; i++)
        put_epoch(r->history + i * EPOCH_NUMBERS, &t->history[i]);
}

static void get_record(lenet5_training *t, const record *r)
{
    t->loss_sum = r->sums[0];
    t->errors = (size_t)r->sums[1];
    t->seconds = r->sums[2];
    t->min_rate = r->sums[3];
    t->max_rate = r->sums[4];
    t->monitor = (loss_monitor){r->sums[5], r->sums[6], r->sums[7]};
    t->steps = r->counts[0];
    t->position = (size_t)r->counts[1];
    t->finished = (unsigned)r->counts[2];
    for (unsigned i = 0; i < t->finished; i++)
        t->history[i] = get_epoch(r->history + i * EPOCH_NUMBERS, i + 1);
}

static tensor vector(const char *name, tensor_type type, void *numbers, size_t count)
{
    return (tensor){.name = name, .type = type, .dimensions = 1, .shape = {count}, .numbers = numbers};
}

/* Describes the tensors of a checkpoint besides the network's; returns their number. */
static size_t extra_tensors(tensor extras[EXTRAS], lenet5_training *t, record *r)
{
    size_t count = 0;
    extras[count++] = vector("training.parameters", TENSOR_F32, &t->network, LENET5_PARAMETERS);
    if (t->recipe->method == ADAM) {
        extras[count++] = vector("training.first_moment", TENSOR_F32, &t->first, LENET5_PARAMETERS);
        extras[count++] = vector("training.second_moment", TENSOR_F32, &t->second, LENET5_PARAMETERS);
    } else {
        extras[count++] = vector("training.rate", TENSOR_F32, &t->rate, LENET5_PARAMETERS);
    }
    if (t->kept > 0)
        extras[count++] = vector("training.start", TENSOR_F32, &t->start, LENET5_PARAMETERS);
    extras[count++] = vector("training.order", TENSOR_U32, t->order, t->length);
    extras[count++] = vector("training.random", TENSOR_U64, t->random.s, 4);
    extras[count++] = vector("training.sums", TENSOR_F64, r->sums, SUMS);
    extras[count++] = vector("training.counts", TENSOR_U64, r->counts, COUNTS);
    extras[count++] = (tensor){.name = "training.history",
                               .type = TENSOR_F64,
                               .dimensions = 2,
                               .shape = {t->epochs, EPOCH_NUMBERS},
                               .numbers = r->history};
    if (t->extension) {
        extras[count++] = vector("training.string_sums", TENSOR_F64, &t->strings, STRING_SUMS);
        extras[count++] = (tensor){.name = "training.string_history",
                                   .type = TENSOR_F64,
                                   .dimensions = 2,
                                   .shape = {t->epochs, STRING_SUMS},
                                   .numbers = t->string_history};
    }
    return count;
}

static json_t *checkpoint_metadata(const lenet5_training *training)
{
    lenet5_provenance provenance = training->provenance;
    provenance.epochs = training->finished;
    if (training->finished > 0)
        provenance.held_out_errors = training->history[training->finished - 1].held_out_errors;
    json_t *metadata = lenet5_provenance_to_json(&provenance, CHECKPOINT_FORMAT);
    json_t *epochs = json_sprintf("%u", training->epochs);
    json_t *batch = json_sprintf("%zu", training->batch);
    json_t *undistorted = json_string(training->undistorted ? "1" : "0");
    json_t *without_drawn = json_string(training->without_drawn ? "1" : "0");
    json_t *share = lenet5_real_string(training->negative_share);
    int failed = json_object_set_new(metadata, "epochs_total", epochs);
    failed |= json_object_set_new(metadata, "batch", batch);
    failed |= json_object_set_new(metadata, "undistorted", undistorted);
    failed |= json_object_set_new(metadata, "without_drawn", without_drawn);
    failed |= json_object_set_new(metadata, "negatives", share);
    if (training->kept > 0)
        failed |= json_object_set_new(metadata, "kept", lenet5_real_string(training->kept));
    if (metadata && failed) {
        json_decref(metadata);
        metadata = NULL;
    }
    return metadata;
}

lenet5_status lenet5_training_save(const char *path, const lenet5_training *training, lenet5_error *error)
{
    lenet5_training *t = (lenet5_training *)training; /* tensors point to it, but writing only reads them */
    record r = {.history = calloc((size_t)t->epochs * EPOCH_NUMBERS, sizeof(double))};
    json_t *metadata = checkpoint_metadata(t);
    lenet5_status status = r.history && metadata ? LENET5_OK : lenet5_fail_memory(error);
    if (status == LENET5_OK) {
        tensor tensors[LENET5_TENSORS + EXTRAS];
        put_record(&r, t);
        lenet5_network_tensors(tensors, (lenet5_network *)lenet5_training_network(t));
        const size_t extras = extra_tensors(tensors + LENET5_TENSORS, t, &r);
        status = lenet5_safetensors_write(path, tensors, LENET5_TENSORS + extras, metadata, error);
    }
    json_decref(metadata);
    free(r.history);
    return status;
}

/* ---- Resuming ---------------------------------------------------------------------------------------------------- */

static lenet5_status check_format(const safetensors *file, lenet5_error *error)
{
    char format[32];
    const lenet5_status status = lenet5_safetensors_text(format, sizeof format, file, "format", error);
    if (status == LENET5_OK && strcmp(format, CHECKPOINT_FORMAT) != 0)
        return lenet5_fail(error, LENET5_E_CHECKPOINT, 8,
                           "%s: this is a finished model, not a checkpoint; there is nothing to resume", file->path);
    return status;
}

static lenet5_status check_recipe(const lenet5_checkpoint *c, const safetensors *file, lenet5_error *error)
{
    const recipe *r = lenet5_recipe_find(c->provenance.recipe);
    if (!r)
        return lenet5_fail(error, LENET5_E_CHECKPOINT, 8, "%s: byte 8: the recipe \"%s\" is unknown to this version",
                           file->path, c->provenance.recipe);
    if (c->epochs_total == 0 || !lenet5_batch_fits(r, c->batch))
        return lenet5_fail(error, LENET5_E_CHECKPOINT, 8,
                           "%s: byte 8: recipe \"%s\" cannot have %u epochs with batches of %zu", file->path,
                           c->provenance.recipe, c->epochs_total, c->batch);
    if (c->provenance.epochs > c->epochs_total)
        return lenet5_fail(error, LENET5_E_CHECKPOINT, 8, "%s: byte 8: %u epochs are done, of %u in all", file->path,
                           c->provenance.epochs, c->epochs_total);
    return LENET5_OK;
}

static lenet5_status get_checkpoint(lenet5_checkpoint *c, const safetensors *file, lenet5_error *error)
{
    uint64_t epochs = 0, batch = 0, undistorted = 0, without_drawn = 0;
    lenet5_status status = check_format(file, error);
    if (status == LENET5_OK)
        status = lenet5_provenance_get(&c->provenance, file, error);
    if (status == LENET5_OK)
        status = lenet5_safetensors_whole(&epochs, file, "epochs_total", LENET5_MAX_EPOCHS, error);
    if (status == LENET5_OK)
        status = lenet5_safetensors_whole(&batch, file, "batch", LENET5_MAX_BATCH, error);
    if (status == LENET5_OK)
        status = lenet5_safetensors_whole(&undistorted, file, "undistorted", 1, error);
    if (status == LENET5_OK && lenet5_safetensors_value(file, "without_drawn")) /* not in files of version 0.2.0 */
        status = lenet5_safetensors_whole(&without_drawn, file, "without_drawn", 1, error);
    if (status == LENET5_OK)
        status = lenet5_safetensors_real(&c->negatives, file, "negatives", 0, 1, error);
    c->epochs_total = (unsigned)epochs;
    c->batch = (size_t)batch;
    c->undistorted = undistorted != 0;
    c->without_drawn = without_drawn != 0;
    return status == LENET5_OK ? check_recipe(c, file, error) : status;
}

lenet5_status lenet5_checkpoint_load(lenet5_checkpoint *checkpoint, const char *path, lenet5_error *error)
{
    safetensors file;
    lenet5_status status = lenet5_safetensors_read(&file, path, error);
    if (status != LENET5_OK)
        return status;
    lenet5_checkpoint c = {0};
    status = get_checkpoint(&c, &file, error);
    lenet5_safetensors_free(&file);
    if (status == LENET5_OK)
        *checkpoint = c;
    return status;
}

/* The options of the checkpoint's training; they point into the checkpoint. */
static lenet5_training_options options_of(const lenet5_checkpoint *c, const lenet5_training_options *now)
{
    const lenet5_provenance *p = &c->provenance;
    return (lenet5_training_options){.recipe = p->recipe,
                                     .seed = p->seed,
                                     .epochs = c->epochs_total,
                                     .batch = c->batch,
                                     .undistorted = c->undistorted,
                                     .without_drawn = c->without_drawn,
                                     .threads = now->threads,
                                     .criterion = &p->loss.criterion,
                                     .negatives = &c->negatives,
                                     .teacher = now->teacher,
                                     .data_name = p->data_name,
                                     .data_sha256 = now->data_sha256,
                                     .held_out_name = p->held_out_name,
                                     .validation_pictures = p->validation_pictures};
}

static lenet5_status check_data(const lenet5_provenance *saved, const lenet5_training *training, const char *path,
                                lenet5_error *error)
{
    const lenet5_provenance *now = &training->provenance;
    if (saved->training_pictures != now->training_pictures || strcmp(saved->data_sha256, now->data_sha256) != 0)
        return lenet5_fail(
            error, LENET5_E_CHECKPOINT, LENET5_NO_OFFSET,
            "%s: was trained on %zu pictures of %s with the SHA-256 %.12s..., not on these %zu (%.12s...)", path,
            saved->training_pictures, saved->data_name, saved->data_sha256, now->training_pictures, now->data_sha256);
    if (strcmp(saved->teacher_sha256, now->teacher_sha256) != 0)
        return lenet5_fail(error, LENET5_E_CHECKPOINT, LENET5_NO_OFFSET,
                           "%s: the training's teacher has the SHA-256 %.12s, not %.12s; pass the same teacher", path,
                           saved->teacher_sha256[0] ? saved->teacher_sha256 : "(none)",
                           now->teacher_sha256[0] ? now->teacher_sha256 : "(none)");
    if (saved->held_out_pictures != now->held_out_pictures)
        return lenet5_fail(error, LENET5_E_CHECKPOINT, LENET5_NO_OFFSET, "%s: %zu pictures were held out, not %zu",
                           path, saved->held_out_pictures, now->held_out_pictures);
    return LENET5_OK;
}

/* Whether a count, which files store as a double, can be converted back. */
static bool is_count(double number)
{
    return number >= 0 && number <= 1e9;
}

static bool are_sound(const string_sums *s)
{
    return is_count(s->count) && is_count(s->skipped) && is_count(s->held_out_errors) && is_count(s->held_out_strings);
}

static bool sound(const lenet5_training *training, const record *r)
{
    const uint64_t *random = training->random.s;
    if (r->counts[1] > training->length || r->counts[2] > training->epochs || r->counts[3] != training->epochs)
        return false;
    if (!is_count(r->sums[1]) || !are_sound(&training->strings) || (random[0] | random[1] | random[2] | random[3]) == 0)
        return false;
    for (size_t i = 0; i < r->counts[2]; i++)
        for (size_t k = 1; k <= 4; k++)
            if (!is_count(r->history[i * EPOCH_NUMBERS + k]))
                return false;
    for (size_t i = 0; i < r->counts[2]; i++)
        if (!are_sound(&training->string_history[i]))
            return false;
    for (size_t i = 0; i < training->length; i++)
        if (training->order[i] >= training->length)
            return false;
    return true;
}

static lenet5_status read_state(lenet5_training *t, const safetensors *file, lenet5_error *error)
{
    record r = {.history = calloc((size_t)t->epochs * EPOCH_NUMBERS, sizeof(double))};
    if (!r.history)
        return lenet5_fail_memory(error);
    tensor tensors[LENET5_TENSORS + EXTRAS];
    lenet5_status status = LENET5_OK;
    if (lenet5_safetensors_value(file, "kept"))
        status = lenet5_safetensors_real(&t->kept, file, "kept", 0, 1, error);
    lenet5_network_tensors(tensors, &t->average);
    const size_t count = LENET5_TENSORS + extra_tensors(tensors + LENET5_TENSORS, t, &r);
    for (size_t i = 0; i < count && status == LENET5_OK; i++)
        status = lenet5_safetensors_get(&tensors[i], file, error);
    if (status == LENET5_OK && !sound(t, &r))
        status = lenet5_fail(error, LENET5_E_CHECKPOINT, 8, "%s: byte 8: the counts contradict each other", file->path);
    if (status == LENET5_OK)
        get_record(t, &r);
    free(r.history);
    return status;
}

lenet5_status lenet5_training_continue(lenet5_training **training, const char *path,
                                       const lenet5_training_options *options, const lenet5_dataset *set,
                                       const lenet5_dataset *held_out, const extension *extra, lenet5_error *error)
{
    safetensors file;
    lenet5_training_options given = {0};
    lenet5_status status =
        options ? lenet5_options_copy(&given, sizeof given, FIRST_OPTIONS_SIZE, options, error) : LENET5_OK;
    if (status == LENET5_OK)
        status = lenet5_safetensors_read(&file, path, error);
    if (status != LENET5_OK)
        return status;
    lenet5_checkpoint saved = {0};
    lenet5_training *t = NULL;
    status = get_checkpoint(&saved, &file, error);
    if (status == LENET5_OK) {
        const lenet5_training_options used = options_of(&saved, &given);
        status = lenet5_training_prepare(&t, &used, set, held_out, extra, error);
    }
    if (status == LENET5_OK)
        status = check_data(&saved.provenance, t, path, error);
    if (status == LENET5_OK)
        status = read_state(t, &file, error);
    lenet5_safetensors_free(&file);
    if (status != LENET5_OK) {
        lenet5_training_free(t);
        return status;
    }
    *training = t;
    return LENET5_OK;
}

lenet5_status lenet5_training_resume(lenet5_training **training, const char *path,
                                     const lenet5_training_options *options, const lenet5_dataset *set,
                                     const lenet5_dataset *held_out, lenet5_error *error)
{
    return lenet5_training_continue(training, path, options, set, held_out, NULL, error);
}
