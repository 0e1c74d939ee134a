/* A format: the first byte is the kind of check digit, the rest the format. An accepted one writes digits as UTF-8. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "reader/search/format.h"

static void write_out(const lenet5_read_options *options)
{
    grammar f;
    char text[LENET5_READ_TEXT_SIZE], digits[LENET5_MAX_STRING + 1] = "";
    if (lenet5_format_new(&f, options, NULL) != LENET5_OK)
        abort();
    for (size_t length = 0; length <= LENET5_MAX_STRING; length++) {
        digits[length] = '\0';
        lenet5_format_text(text, sizeof text, &f, digits);
        json_t *value = json_string(text);
        if (!value || (f.mask[0] && strlen(text) != strlen(f.mask)))
            abort();
        json_decref(value);
        (void)lenet5_format_accepts(&f, digits);
        if (length < LENET5_MAX_STRING)
            digits[length] = (char)('0' + length % 10);
    }
    lenet5_format_free(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lenet5_error error;
    if (size == 0)
        return 0;
    char *format = malloc(size);
    if (!format)
        abort();
    memcpy(format, data + 1, size - 1);
    format[size - 1] = '\0';
    const lenet5_read_options options = {.format = format, .check = (lenet5_check)(data[0] % 4)};
    if (lenet5_read_options_validate(&options, &error) == LENET5_OK)
        write_out(&options);
    else if (memchr(error.message, '\n', strlen(error.message)))
        abort();
    free(format);
    return 0;
}
