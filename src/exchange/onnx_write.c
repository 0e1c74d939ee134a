/* ONNX files: written. */
#include "base/error.h"
#include "system/file.h"
#include "exchange.h"
#include "store/model_file.h"
#include "net/bounds.h"
#include "network_graph.h"
#include "onnx.h"

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

static lenet5_status write_graph(const char *path, const lenet5_committee *models, const state_ranges *ranges,
                                 const onnx_options *options, lenet5_error *error)
{
    graph g = {0};
    json_t *metadata = metadata_of(models);
    add_networks(&g, models, ranges, options);
    text_buffer file = graph_model(&g, "LeNet-5", metadata);
    const file_piece piece = {file.bytes, file.size};
    const lenet5_status status =
        metadata && !file.failed ? lenet5_file_write(path, &piece, 1, error) : lenet5_fail_memory(error);
    text_free(&file);
    json_decref(metadata);
    return status;
}

lenet5_status onnx_write(const char *path, const lenet5_committee *models, const onnx_options *options,
                         lenet5_error *error)
{
    state_ranges ranges[LENET5_MAX_COMMITTEE];
    lenet5_status status = lenet5_check_committee(models, error);
    if (status == LENET5_OK && options->int8)
        status = measure_states(ranges, models, error);
    return status == LENET5_OK ? write_graph(path, models, options->int8 ? ranges : NULL, options, error) : status;
}
