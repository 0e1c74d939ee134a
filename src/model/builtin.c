/* The model that the library brings with it: models/lenet5.safetensors, as it is, among the constants. */
#include <pthread.h>
#include <stdint.h>

#include "model.h"

__asm__(".section .rodata\n"
        ".balign 64\n"
        "lenet5_builtin_file:\n"
        ".incbin \"" LENET5_BUILTIN "\"\n"
        "lenet5_builtin_file_end:\n"
        ".previous\n");

extern const unsigned char lenet5_builtin_file[] __attribute__((visibility("hidden")));
extern const unsigned char lenet5_builtin_file_end[] __attribute__((visibility("hidden")));

static pthread_once_t once = PTHREAD_ONCE_INIT;
static lenet5_model model;
static lenet5_error failure;

/* Where it stays, without a copy on the way: what fails leaves it unusable, and is said. */
static void parse(void)
{
    safetensors file;
    const size_t size = (size_t)((uintptr_t)lenet5_builtin_file_end - (uintptr_t)lenet5_builtin_file);
    if (lenet5_safetensors_parse(&file, lenet5_builtin_file, size, "the built-in model", &failure) != LENET5_OK)
        return;
    lenet5_model_get(&model, &file, &failure);
    lenet5_safetensors_free(&file);
}

const lenet5_model *lenet5_builtin(void)
{
    pthread_once(&once, parse);
    return failure.status == LENET5_OK ? &model : NULL;
}
