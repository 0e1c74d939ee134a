#include "model_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "lenet5/data.h"
#include "net/bounds.h"
#include "safetensors_file.h"

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

lenet5_status lenet5_model_load(lenet5_model *model, const char *path, lenet5_error *error)
{
    safetensors file;
    const lenet5_status status = lenet5_safetensors_read(&file, path, error);
    return status == LENET5_OK ? lenet5_model_take(model, &file, error) : status;
}

lenet5_status lenet5_model_save(const char *path, const lenet5_model *model, lenet5_error *error)
{
    const lenet5_committee one = {1, (lenet5_network *)&model->network, model->provenance};
    return lenet5_committee_save(path, &one, error);
}
