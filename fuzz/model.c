/* The built-in model file, changed by the input (files.h). An accepted model must give finite answers. */
#include <math.h>
#include <stdlib.h>

#include "base/embed.h"
#include "files.h"
#include "fuzz.h"

EMBED(model_file, MODEL);

static void use(const lenet5_model *model)
{
    static lenet5_maps maps;
    static const uint8_t blank[LENET5_PICTURE_BYTES];
    uint8_t picture[LENET5_PICTURE_BYTES];
    float posterior[LENET5_CLASSES + 1];
    for (size_t i = 0; i < sizeof picture; i++)
        picture[i] = (uint8_t)(i * i % 256);
    for (int i = 0; i < 2; i++) {
        double sum = 0;
        lenet5_set_input(&maps, i ? picture : blank);
        lenet5_forward(&maps, &model->network);
        lenet5_posterior(posterior, &model->provenance.loss, maps.penalty);
        for (size_t k = 0; k <= LENET5_CLASSES; k++) {
            if (!(posterior[k] >= 0 && posterior[k] <= 1))
                abort();
            sum += (double)posterior[k];
        }
        if (!(fabs(sum - 1) < 1e-3) || isnan(lenet5_odds_against(&model->provenance.loss, maps.penalty)))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lenet5_model model;
    lenet5_error error;
    memory_file file = change_safetensors(model_file, EMBEDDED_SIZE(model_file), data, size);
    if (lenet5_model_parse(&model, file.bytes, file.size, "fuzz", &error) == LENET5_OK)
        use(&model);
    free(file.bytes);
    return 0;
}
