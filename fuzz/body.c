/* The body of an otherwise well-formed request; the first byte chooses the request. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire.h"

#define MAX_HEAD 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const asked[] = {
        "/v1/classify HTTP/1.1\r\nContent-Type: application/json",
        "/v1/classify?maps=1 HTTP/1.1\r\nContent-Type: application/octet-stream",
        "/v1/classify?normalise=1 HTTP/1.1\r\nContent-Type: application/octet-stream",
        "/v1/classify HTTP/1.1\r\nContent-Type: image/png",
        "/v2/models/lenet5/infer HTTP/1.1\r\nContent-Type: application/json",
        "/v2/models/lenet5/infer HTTP/1.1\r\nInference-Header-Content-Length: 110",
        "/v1/read HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=xx",
        "/v1/read?explain=1&n_best=3 HTTP/1.1\r\nContent-Type: image/png",
        "/v1/classify HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=xx",
    };
    if (size == 0)
        return 0;
    uint8_t *request = malloc(size + MAX_HEAD);
    const int head = snprintf((char *)request, MAX_HEAD, "POST %s\r\nHost: x\r\nContent-Length: %zu\r\n\r\n",
                              asked[data[0] % (sizeof asked / sizeof asked[0])], size - 1);
    memcpy(request + head, data + 1, size - 1);
    wire_send(request, (size_t)head + size - 1);
    free(request);
    return 0;
}
