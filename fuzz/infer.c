/*
 * The body of an inference request of version 2: its JSON, then its tensors. The first byte chooses the size
 * announced for the JSON. The JSON ends at the last brace, so that changed bodies still have both parts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire.h"

#define MAX_HEAD 256
#define PICTURE 784 /* bytes appended to the JSON, so that small inputs are complete */

enum { ALL_JSON, TO_THE_BRACE, WITH_A_PICTURE, A_LITTLE_LESS, WAYS };

/* The size up to and including the last brace. */
static size_t json_size(const uint8_t *body, size_t size)
{
    while (size > 0 && body[size - 1] != '}')
        size--;
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const unsigned way = data[0] % WAYS;
    const size_t whole = size - 1, json = json_size(data + 1, whole);
    const size_t announced = way == ALL_JSON ? whole : way == A_LITTLE_LESS && json > 0 ? json - 1 : json;
    const size_t more = way == WITH_A_PICTURE ? PICTURE : 0;
    uint8_t *request = malloc(MAX_HEAD + whole + more);
    const int head = snprintf((char *)request, MAX_HEAD,
                              "POST /v2/models/lenet5/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n"
                              "Inference-Header-Content-Length: %zu\r\n\r\n",
                              whole + more, announced);
    memcpy(request + head, data + 1, whole);
    memset(request + head + whole, 0x7f, more);
    wire_send(request, (size_t)head + whole + more);
    free(request);
    return 0;
}
