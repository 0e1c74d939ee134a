/* The built-in models: the files of models/, embedded unchanged. Each is parsed when it is asked for. */
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/embed.h"
#include "model.h"

EMBED(lenet5_digits_file, LENET5_MODELS "/lenet5.safetensors");
EMBED(lenet5_strings_file, LENET5_MODELS "/strings.safetensors");
EMBED(lenet5_signs_file, LENET5_MODELS "/signs.safetensors");

/* A model that is parsed once and never freed. */
typedef _Atomic(lenet5_model *) kept_model;

/* If two threads come first, both parse, and one of the results is kept. NULL without memory. */
static const lenet5_model *parse_once(kept_model *kept, const unsigned char *bytes, size_t size)
{
    lenet5_model *first = atomic_load(kept);
    lenet5_model *model = first ? NULL : malloc(sizeof *model);
    if (!model)
        return first;
    if (lenet5_model_parse(model, bytes, size, "the built-in model", NULL) == LENET5_OK &&
        atomic_compare_exchange_strong(kept, &first, model))
        return model;
    free(model);
    return first;
}

const lenet5_model *lenet5_builtin(void)
{
    static kept_model kept;
    return parse_once(&kept, lenet5_digits_file, EMBEDDED_SIZE(lenet5_digits_file));
}

const lenet5_model *lenet5_builtin_strings(void)
{
    static kept_model kept;
    return parse_once(&kept, lenet5_strings_file, EMBEDDED_SIZE(lenet5_strings_file));
}

const lenet5_model *lenet5_builtin_signs(void)
{
    static kept_model kept;
    return parse_once(&kept, lenet5_signs_file, EMBEDDED_SIZE(lenet5_signs_file));
}
