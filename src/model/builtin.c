/* The built-in models: the files of models/, embedded unchanged. */
#include <pthread.h>
#include <stdint.h>

#include "base/embed.h"
#include "model.h"

EMBED(lenet5_digits_file, LENET5_MODELS "/lenet5.safetensors");
EMBED(lenet5_strings_file, LENET5_MODELS "/strings.safetensors");
EMBED(lenet5_signs_file, LENET5_MODELS "/signs.safetensors");

typedef struct builtin {
    lenet5_model model;
    lenet5_error failure;
} builtin;

/* Parses the embedded bytes in place. On failure the model is unusable and b->failure has the message. */
static void parse(builtin *b, const unsigned char *bytes, size_t size)
{
    safetensors file;
    if (lenet5_safetensors_parse(&file, bytes, size, "the built-in model", &b->failure) != LENET5_OK)
        return;
    lenet5_model_get(&b->model, &file, &b->failure);
    lenet5_safetensors_free(&file);
}

static builtin digits, strings, signs;

static void parse_digits(void)
{
    parse(&digits, lenet5_digits_file, EMBEDDED_SIZE(lenet5_digits_file));
}

static void parse_strings(void)
{
    parse(&strings, lenet5_strings_file, EMBEDDED_SIZE(lenet5_strings_file));
}

static void parse_signs(void)
{
    parse(&signs, lenet5_signs_file, EMBEDDED_SIZE(lenet5_signs_file));
}

const lenet5_model *lenet5_builtin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, parse_digits);
    return digits.failure.status == LENET5_OK ? &digits.model : NULL;
}

const lenet5_model *lenet5_builtin_strings(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, parse_strings);
    return strings.failure.status == LENET5_OK ? &strings.model : NULL;
}

const lenet5_model *lenet5_builtin_signs(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, parse_signs);
    return signs.failure.status == LENET5_OK ? &signs.model : NULL;
}
