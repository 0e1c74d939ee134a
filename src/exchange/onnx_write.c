/* ONNX files: written. */
#include "base/error.h"
#include "exchange.h"
#include "net/bounds.h"
#include "network_graph.h"
#include "onnx.h"
#include "store/model_file.h"
#include "system/file.h"

/* What a model file of these networks says, so that importing the ONNX file makes that model file again. */
static json_t *metadata_of(const lenet5_committee *models)
{
    char sum[65];
    json_t *metadata = lenet5_provenance_to_json(&models->provenance, MODEL_FORMAT);
    lenet5_committee_sha256(sum, models);
    add_member(&metadata, WEIGHTS_SUM, json_string(sum));
    add_member(&metadata, "networks", json_sprintf("%zu", models->count));
    return metadata;
}

static lenet5_status make_graph(text_buffer *file, const lenet5_committee *models, const state_ranges *ranges,
                                const onnx_options *options, lenet5_error *error)
{
    graph g = {0};
    json_t *metadata = metadata_of(models);
    add_networks(&g, models, ranges, options);
    *file = graph_model(&g, "LeNet-5", metadata);
    const bool whole = metadata && !file->failed;
    json_decref(metadata);
    return whole ? LENET5_OK : lenet5_fail_memory(error);
}

lenet5_status onnx_make(text_buffer *file, const lenet5_committee *models, const onnx_options *options,
                        lenet5_error *error)
{
    state_ranges ranges[LENET5_MAX_COMMITTEE];
    *file = (text_buffer){0};
    lenet5_status status = lenet5_check_committee(models, error);
    if (status == LENET5_OK && options->int8)
        status = measure_states(ranges, models, error);
    return status == LENET5_OK ? make_graph(file, models, options->int8 ? ranges : NULL, options, error) : status;
}

lenet5_status onnx_write(const char *path, const lenet5_committee *models, const onnx_options *options,
                         lenet5_error *error)
{
    text_buffer file;
    lenet5_status status = onnx_make(&file, models, options, error);
    const file_piece piece = {file.bytes, file.size};
    if (status == LENET5_OK)
        status = lenet5_file_write(path, &piece, 1, error);
    text_free(&file);
    return status;
}
