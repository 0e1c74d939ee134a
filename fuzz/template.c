/* A template of a form. */
#include "template.h"

#include "fuzz.h"
#include "options.h"

const cli_command *const commands[] = {NULL}; /* the program's are not there */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    form_template form;
    template_parse(&form, (const char *)data, size, "fuzz");
    template_free(&form);
    return 0;
}
