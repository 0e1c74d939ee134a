/* Files of others: made models of. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "exchange.h"
#include "model/foreign.h"
#include "model/model.h"
#include "onnx.h"
#include "tensors.h"

/* Of a network whose training is unknown: eq. 9 with the j and the scale that trainings begin with. */
static const lenet5_provenance unknown = {
    .recipe = "unknown", .loss = {LENET5_MAP, 60, 0.1}, .data_name = "unknown data"};

static bool is_ours(const safetensors *file)
{
    char format[32];
    return lenet5_safetensors_text(format, sizeof format, file, "format", NULL) == LENET5_OK &&
           strcmp(format, MODEL_FORMAT) == 0;
}

static lenet5_status count_networks(size_t *count, const safetensors *file, lenet5_error *error)
{
    uint64_t networks = 1;
    lenet5_status status = LENET5_OK;
    if (is_ours(file) && lenet5_safetensors_value(file, "networks"))
        status = lenet5_safetensors_whole(&networks, file, "networks", LENET5_MAX_COMMITTEE, error);
    *count = networks > 0 ? (size_t)networks : 1;
    return status;
}

/* ONNX files have the sum of the weights as this program has them, not as they are stored there. */
static lenet5_status check_sum(const lenet5_committee *models, const safetensors *file, lenet5_error *error)
{
    char expected[65], sum[65];
    if (!lenet5_safetensors_value(file, WEIGHTS_SUM))
        return LENET5_OK;
    const lenet5_status status = lenet5_safetensors_text(expected, sizeof expected, file, WEIGHTS_SUM, error);
    lenet5_committee_sha256(sum, models);
    if (status == LENET5_OK && strcmp(sum, expected) != 0)
        return lenet5_fail(error, LENET5_E_MODEL_CHECKSUM, LENET5_NO_OFFSET,
                           "%s: the weights do not match their SHA-256; copy the file again", file->path);
    return status;
}

static lenet5_status take_file(lenet5_committee *models, const safetensors *file, lenet5_error *error)
{
    lenet5_status status = count_networks(&models->count, file, error);
    models->networks = status == LENET5_OK ? calloc(models->count, sizeof *models->networks) : NULL;
    if (status == LENET5_OK && !models->networks)
        status = lenet5_fail_memory(error);
    models->provenance = unknown;
    if (status == LENET5_OK && is_ours(file))
        status = lenet5_provenance_get(&models->provenance, file, error);
    if (status == LENET5_OK)
        status = take_networks(models->networks, models->count, file, error);
    return status == LENET5_OK ? check_sum(models, file, error) : status;
}

static lenet5_status take_safetensors(lenet5_committee *models, const void *bytes, size_t size, const char *name,
                                      lenet5_error *error)
{
    safetensors file;
    lenet5_status status = lenet5_safetensors_parse(&file, bytes, size, name, error);
    if (status != LENET5_OK)
        return status;
    status = take_file(models, &file, error);
    lenet5_safetensors_free(&file);
    return status;
}

static lenet5_status take_onnx(lenet5_committee *models, const void *bytes, size_t size, const char *name,
                               lenet5_error *error)
{
    text_buffer file = {0};
    lenet5_status status = onnx_to_safetensors(&file, bytes, size, name, error);
    if (status == LENET5_OK)
        status = take_safetensors(models, file.bytes, file.size, name, error);
    text_free(&file);
    return status;
}

lenet5_status import_networks(lenet5_committee *models, const void *bytes, size_t size, const char *name,
                              lenet5_error *error)
{
    *models = (lenet5_committee){0};
    const lenet5_status status = lenet5_is_onnx(bytes, size) ? take_onnx(models, bytes, size, name, error)
                                                             : take_safetensors(models, bytes, size, name, error);
    if (status != LENET5_OK)
        lenet5_committee_free(models);
    return status;
}
