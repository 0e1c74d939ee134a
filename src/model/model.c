/* Models in memory: a network and its provenance. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/parse_real.h"
#include "lenet5/data.h"
#include "net/bounds.h"

void lenet5_network_tensors(tensor tensors[LENET5_TENSORS], lenet5_network *network)
{
    for (size_t i = 0; i < LENET5_TENSORS; i++) {
        const lenet5_tensor *t = &lenet5_tensors[i];
        tensors[i] = (tensor){.name = t->name,
                              .type = TENSOR_F32,
                              .dimensions = t->dimensions,
                              .numbers = (float *)network + t->first,
                              .max = (double)LENET5_MAX_WEIGHT};
        memcpy(tensors[i].shape, t->shape, sizeof t->shape);
    }
}

static lenet5_status get_thresholds(double thresholds[LENET5_RISKS], const safetensors *file, lenet5_error *error)
{
    const char *text = lenet5_safetensors_value(file, "thresholds");
    bool sound = true;
    for (size_t i = 0; i < LENET5_RISKS && sound && text; i++)
        sound = *text++ == (i == 0 ? '[' : ',') && lenet5_parse_real(&thresholds[i], text, &text) &&
                thresholds[i] >= 0 && thresholds[i] <= 1;
    sound = sound && (!text || strcmp(text, "]") == 0);
    return sound ? LENET5_OK
                 : lenet5_fail(error, LENET5_E_MODEL_METADATA, 8,
                               "%s: byte 8: __metadata__ \"thresholds\" must be %d numbers from 0 to 1", file->path,
                               LENET5_RISKS);
}

static lenet5_status get_loss(lenet5_loss *loss, const safetensors *file, lenet5_error *error)
{
    char name[8];
    lenet5_status status = lenet5_safetensors_text(name, sizeof name, file, "loss", error);
    if (status == LENET5_OK && strcmp(name, "mse") != 0 && strcmp(name, "map") != 0)
        status =
            lenet5_fail(error, LENET5_E_MODEL_METADATA, 8, "%s: byte 8: the loss \"%s\" is unknown", file->path, name);
    if (status == LENET5_OK) {
        loss->criterion = strcmp(name, "map") == 0 ? LENET5_MAP : LENET5_MSE;
        status = lenet5_safetensors_real(&loss->rubbish, file, "rubbish", 0, LENET5_MAX_RUBBISH, error);
    }
    if (status == LENET5_OK)
        status = lenet5_safetensors_real(&loss->scale, file, "scale", LENET5_MIN_SCALE, LENET5_MAX_SCALE, error);
    return status;
}

static lenet5_status get_texts(lenet5_provenance *p, const safetensors *file, lenet5_error *error)
{
    const struct {
        const char *key;
        char *text;
        size_t size;
    } wanted[] = {{"recipe", p->recipe, sizeof p->recipe},
                  {"data", p->data_name, sizeof p->data_name},
                  {"data_sha256", p->data_sha256, sizeof p->data_sha256},
                  {"held_out", p->held_out_name, sizeof p->held_out_name}};
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && status == LENET5_OK; i++)
        status = lenet5_safetensors_text(wanted[i].text, wanted[i].size, file, wanted[i].key, error);
    return status;
}

/* Present only in models that were trained with a teacher. */
static lenet5_status get_teacher(lenet5_provenance *p, const safetensors *file, lenet5_error *error)
{
    if (!lenet5_safetensors_value(file, TEACHER_KEY))
        return LENET5_OK;
    return lenet5_safetensors_text(p->teacher_sha256, sizeof p->teacher_sha256, file, TEACHER_KEY, error);
}

static lenet5_status get_numbers(lenet5_provenance *p, const safetensors *file, lenet5_error *error)
{
    uint64_t epochs, training, validation, pictures, errors;
    const struct {
        const char *key;
        uint64_t *number;
        uint64_t max;
    } wanted[] = {{"seed", &p->seed, UINT64_MAX},
                  {"passes", &epochs, LENET5_MAX_EPOCHS},
                  {"training_pictures", &training, LENET5_MAX_PICTURES},
                  {"validation_pictures", &validation, LENET5_MAX_PICTURES},
                  {"held_out_pictures", &pictures, LENET5_MAX_PICTURES},
                  {"held_out_errors", &errors, LENET5_MAX_PICTURES}};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        const lenet5_status status =
            lenet5_safetensors_whole(wanted[i].number, file, wanted[i].key, wanted[i].max, error);
        if (status != LENET5_OK)
            return status;
    }
    p->epochs = (unsigned)epochs;
    p->training_pictures = training;
    p->validation_pictures = validation;
    p->held_out_pictures = pictures;
    p->held_out_errors = errors;
    return LENET5_OK;
}

lenet5_status lenet5_provenance_get(lenet5_provenance *p, const safetensors *file, lenet5_error *error)
{
    lenet5_status status = get_texts(p, file, error);
    if (status == LENET5_OK)
        status = get_loss(&p->loss, file, error);
    if (status == LENET5_OK)
        status = get_thresholds(p->thresholds, file, error);
    if (status == LENET5_OK)
        status = get_teacher(p, file, error);
    if (status == LENET5_OK)
        status = get_numbers(p, file, error);
    return status;
}

lenet5_status lenet5_model_get(lenet5_model *model, const safetensors *file, lenet5_error *error)
{
    tensor tensors[LENET5_TENSORS];
    lenet5_network_tensors(tensors, &model->network);
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < LENET5_TENSORS && status == LENET5_OK; i++)
        status = lenet5_safetensors_get(&tensors[i], file, error);
    return status == LENET5_OK ? lenet5_provenance_get(&model->provenance, file, error) : status;
}

/* A model holds twelve tensors for each network and no others; a checkpoint holds more. */
lenet5_status lenet5_model_networks(uint64_t *count, const safetensors *file, lenet5_error *error)
{
    char format[32];
    *count = 1;
    lenet5_status status = lenet5_safetensors_text(format, sizeof format, file, "format", error);
    if (status != LENET5_OK || strcmp(format, CHECKPOINT_FORMAT) == 0)
        return status;
    if (strcmp(format, MODEL_FORMAT) != 0)
        return lenet5_fail(error, LENET5_E_MODEL_METADATA, 8, "%s: byte 8: the format \"%s\" is not \"%s\"", file->path,
                           format, MODEL_FORMAT);
    if (lenet5_safetensors_value(file, "networks"))
        status = lenet5_safetensors_whole(count, file, "networks", LENET5_MAX_COMMITTEE, error);
    if (status == LENET5_OK && *count == 0)
        status = lenet5_fail(error, LENET5_E_MODEL_METADATA, 8,
                             "%s: byte 8: __metadata__ \"networks\" is 0; a model has 1 to %d", file->path,
                             LENET5_MAX_COMMITTEE);
    if (status == LENET5_OK && lenet5_safetensors_count(file) > *count * LENET5_TENSORS)
        status = lenet5_fail(error, LENET5_E_MODEL_UNKNOWN, 8, "%s: byte 8: %zu tensors; LeNet-5 has %d", file->path,
                             lenet5_safetensors_count(file), LENET5_TENSORS);
    return status;
}

static lenet5_status check_single(const safetensors *file, lenet5_error *error)
{
    uint64_t count;
    const lenet5_status status = lenet5_model_networks(&count, file, error);
    if (status == LENET5_OK && count != 1)
        return lenet5_fail(error, LENET5_E_MODEL_UNKNOWN, 8,
                           "%s: byte 8: this is a committee of %u networks; a single network is needed", file->path,
                           (unsigned)count);
    return status;
}

lenet5_status lenet5_model_take(lenet5_model *model, safetensors *file, lenet5_error *error)
{
    lenet5_model *loaded = calloc(1, sizeof *loaded);
    lenet5_status status = loaded ? check_single(file, error) : lenet5_fail_memory(error);
    if (status == LENET5_OK)
        status = lenet5_model_get(loaded, file, error);
    if (status == LENET5_OK)
        *model = *loaded;
    free(loaded);
    lenet5_safetensors_free(file);
    return status;
}

lenet5_status lenet5_model_parse(lenet5_model *model, const void *bytes, size_t size, const char *name,
                                 lenet5_error *error)
{
    safetensors file;
    const lenet5_status status = lenet5_safetensors_parse(&file, bytes, size, name, error);
    return status == LENET5_OK ? lenet5_model_take(model, &file, error) : status;
}
