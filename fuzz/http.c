/* The input is all bytes of a connection to the server. */
#include "fuzz.h"
#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wire_send(data, size);
    return 0;
}
