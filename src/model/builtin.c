/* The models that the library brings with it: files of models/ as they are, among the constants. */
#include <pthread.h>
#include <stdint.h>

#include "model.h"

#define EMBED(name, path)                                                    \
    __asm__(".section .rodata\n"                                             \
            ".balign 64\n" #name ":\n"                                       \
            ".incbin \"" path "\"\n" #name "_end:\n"                         \
            ".previous\n");                                                  \
    extern const unsigned char name[] __attribute__((visibility("hidden"))); \
    extern const unsigned char name##_end[] __attribute__((visibility("hidden")))

EMBED(lenet5_digits_file, LENET5_BUILTIN);
EMBED(lenet5_strings_file, LENET5_BUILTIN_STRINGS);

typedef struct builtin {
    lenet5_model model;
    lenet5_error failure;
} builtin;

/* Where it stays, without a copy on the way: what fails leaves it unusable, and is said. */
static void parse(builtin *b, const unsigned char *begin, const unsigned char *end)
{
    safetensors file;
    const size_t size = (size_t)((uintptr_t)end - (uintptr_t)begin);
    if (lenet5_safetensors_parse(&file, begin, size, "the built-in model", &b->failure) != LENET5_OK)
        return;
    lenet5_model_get(&b->model, &file, &b->failure);
    lenet5_safetensors_free(&file);
}

static builtin digits, strings;

static void parse_digits(void)
{
    parse(&digits, lenet5_digits_file, lenet5_digits_file_end);
}

static void parse_strings(void)
{
    parse(&strings, lenet5_strings_file, lenet5_strings_file_end);
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
