/* Model files: a network and its provenance. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "lenet5/data.h"
#include "net/bounds.h"

#define TEACHER_KEY "teacher_sha256"

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

static const char *const criterion_names[] = {[LENET5_MSE] = "mse", [LENET5_MAP] = "map"};

/* jansson writes a decimal that parses to the same number, in any locale. */
json_t *lenet5_real_string(double value)
{
    json_t *real = json_real(value);
    char *text = lenet5_json_text(real, JSON_ENCODE_ANY);
    json_decref(real);
    json_t *string = json_string(text);
    free(text);
    return string;
}

static json_t *whole_string(uint64_t value)
{
    return json_sprintf("%llu", (unsigned long long)value);
}

/* The ten codes of figure 3, for other implementations: twelve bytes a digit, each a row of seven bits. */
static json_t *codes_string(void)
{
    char text[LENET5_CLASSES * 25 + 1];
    char *next = text;
    for (size_t digit = 0; digit < LENET5_CLASSES; digit++) {
        for (size_t row = 0; row < 12; row++) {
            unsigned bits = 0;
            for (size_t column = 0; column < 7; column++)
                bits = bits << 1 | (lenet5_codes[digit][row][column] > 0);
            next += sprintf(next, "%02X", bits);
        }
        *next++ = digit + 1 < LENET5_CLASSES ? ' ' : '\0';
    }
    return json_string(text);
}

/* The thresholds as one string of numbers separated by blanks. */
static json_t *thresholds_string(const double thresholds[LENET5_RISKS])
{
    json_t *list = json_array();
    int failed = 0;
    for (size_t i = 0; i < LENET5_RISKS; i++)
        failed |= json_array_append_new(list, json_real(thresholds[i]));
    char *text = failed ? NULL : lenet5_json_text(list, JSON_COMPACT);
    json_decref(list);
    json_t *string = json_string(text);
    free(text);
    return string;
}

static bool is_text(const char *text, size_t size)
{
    return memchr(text, '\0', size) && lenet5_is_utf8(text);
}

static bool texts_fit(const lenet5_provenance *p)
{
    return is_text(p->recipe, sizeof p->recipe) && is_text(p->data_name, sizeof p->data_name) &&
           is_text(p->data_sha256, sizeof p->data_sha256) && is_text(p->teacher_sha256, sizeof p->teacher_sha256) &&
           is_text(p->held_out_name, sizeof p->held_out_name);
}

static bool thresholds_fit(const lenet5_provenance *p)
{
    bool fit = true;
    for (size_t i = 0; i < LENET5_RISKS; i++)
        fit &= p->thresholds[i] >= 0 && p->thresholds[i] <= 1;
    return fit;
}

static bool counts_fit(const lenet5_provenance *p)
{
    return p->epochs <= LENET5_MAX_EPOCHS && p->training_pictures <= LENET5_MAX_PICTURES &&
           p->validation_pictures <= LENET5_MAX_PICTURES && p->held_out_pictures <= LENET5_MAX_PICTURES &&
           p->held_out_errors <= LENET5_MAX_PICTURES;
}

lenet5_status lenet5_provenance_check(const lenet5_provenance *p, const char *path, lenet5_error *error)
{
    const char *unfit = !texts_fit(p)                 ? "a text that is not UTF-8, or not terminated"
                        : !lenet5_loss_fits(&p->loss) ? "a loss out of range"
                        : !thresholds_fit(p)          ? "a threshold that is not 0 to 1"
                        : !counts_fit(p)              ? "more epochs or pictures than are possible"
                                                      : NULL;
    return unfit ? lenet5_fail(error, LENET5_E_MODEL_METADATA, LENET5_NO_OFFSET,
                               "%s: not written: the model's provenance has %s", path, unfit)
                 : LENET5_OK;
}

json_t *lenet5_provenance_to_json(const lenet5_provenance *p, const char *format)
{
    json_t *metadata =
        json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:s*, s:o, s:o, s:s, s:o, s:o}", //
                  "format", format,                                                                                   //
                  "architecture", "LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998)",                                    //
                  "input", "32x32, paper -0.1, ink 1.175",                                                            //
                  "codes", codes_string(),                                                                            //
                  "recipe", p->recipe,                                                                                //
                  "loss", criterion_names[p->loss.criterion],                                                         //
                  "rubbish", lenet5_real_string(p->loss.rubbish),                                                     //
                  "scale", lenet5_real_string(p->loss.scale),                                                         //
                  "thresholds", thresholds_string(p->thresholds),                                                     //
                  "seed", whole_string(p->seed),                                                                      //
                  "passes", whole_string(p->epochs),                                                                  //
                  "data", p->data_name,                                                                               //
                  "data_sha256", p->data_sha256,                                                                      //
                  TEACHER_KEY, p->teacher_sha256[0] ? p->teacher_sha256 : NULL,                                       //
                  "training_pictures", whole_string(p->training_pictures),                                            //
                  "validation_pictures", whole_string(p->validation_pictures),                                        //
                  "held_out", p->held_out_name,                                                                       //
                  "held_out_pictures", whole_string(p->held_out_pictures),                                            //
                  "held_out_errors", whole_string(p->held_out_errors));
    if (!p->teacher_sha256[0] || json_object_get(metadata, TEACHER_KEY))
        return metadata;
    json_decref(metadata); /* with s*, json_pack omits a value for which memory has run out */
    return NULL;
}

static lenet5_status get_thresholds(double thresholds[LENET5_RISKS], const safetensors *file, lenet5_error *error)
{
    const char *text = json_string_value(json_object_get(file->metadata, "thresholds"));
    json_t *list = text ? json_loads(text, 0, NULL) : NULL;
    bool sound = !text || json_array_size(list) == LENET5_RISKS;
    for (size_t i = 0; i < LENET5_RISKS && sound && text; i++) {
        const json_t *number = json_array_get(list, i);
        thresholds[i] = json_number_value(number);
        sound = json_is_number(number) && thresholds[i] >= 0 && thresholds[i] <= 1;
    }
    json_decref(list);
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
    if (!json_object_get(file->metadata, TEACHER_KEY))
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
    if (json_object_get(file->metadata, "networks"))
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

/* Reads the model from file and frees file. */
static lenet5_status take_model(lenet5_model *model, safetensors *file, lenet5_error *error)
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

lenet5_status lenet5_model_load(lenet5_model *model, const char *path, lenet5_error *error)
{
    safetensors file;
    const lenet5_status status = lenet5_safetensors_read(&file, path, error);
    return status == LENET5_OK ? take_model(model, &file, error) : status;
}

lenet5_status lenet5_model_parse(lenet5_model *model, const void *bytes, size_t size, const char *name,
                                 lenet5_error *error)
{
    safetensors file;
    const lenet5_status status = lenet5_safetensors_parse(&file, bytes, size, name, error);
    return status == LENET5_OK ? take_model(model, &file, error) : status;
}

lenet5_status lenet5_model_save(const char *path, const lenet5_model *model, lenet5_error *error)
{
    const lenet5_committee one = {1, (lenet5_network *)&model->network, model->provenance};
    return lenet5_committee_save(path, &one, error);
}
