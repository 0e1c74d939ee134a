/*
 * Files for lenet5 import. The first byte chooses: 0, the rest as it is; 1, changes to an ONNX file of lenet5 export;
 * else changes to a safetensors file (files.h has both).
 */
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "exchange/exchange.h"
#include "files.h"
#include "fuzz.h"

EMBED(model_file, MODEL);

static text_buffer exported;

/* An accepted network must have penalties. */
static void use(const lenet5_committee *models)
{
    static lenet5_maps maps;
    static const uint8_t blank[LENET5_PICTURE_BYTES];
    float penalty[LENET5_CLASSES];
    lenet5_set_input(&maps, blank);
    lenet5_committee_forward(penalty, &maps, models);
    for (size_t i = 0; i < LENET5_CLASSES; i++)
        if (!(penalty[i] >= 0))
            abort();
}

static void export(void)
{
    static lenet5_model model;
    lenet5_error error;
    const onnx_options options = {.threshold = 0.5};
    const lenet5_committee one = {1, &model.network, model.provenance};
    if (exported.size == 0 && (lenet5_model_parse(&model, model_file, EMBEDDED_SIZE(model_file), "fuzz", &error) ||
                               onnx_make(&exported, &one, &options, &error)))
        abort();
}

static memory_file file_from(const uint8_t *data, size_t size)
{
    const uint8_t how = size > 0 ? data[0] : 0;
    const uint8_t *rest = data + (size > 0);
    const size_t left = size - (size > 0);
    if (how > 1)
        return change_safetensors(model_file, EMBEDDED_SIZE(model_file), rest, left);
    if (how == 1) {
        export();
        return with_changes((const uint8_t *)exported.bytes, exported.size, rest, left);
    }
    memory_file file = {malloc(left + 1), left}; /* never NULL */
    if (!file.bytes)
        abort();
    memcpy(file.bytes, rest, left);
    return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lenet5_error error;
    lenet5_committee models;
    const memory_file file = file_from(data, size);
    if (import_networks(&models, file.bytes, file.size, "fuzz", &error) == LENET5_OK) {
        use(&models);
        lenet5_committee_free(&models);
    }
    free(file.bytes);
    return 0;
}
