#include "sum.h"

#include <nettle/sha2.h>
#include <string.h>

#include "base/hex.h"

void lenet5_data_sum(char sum[65], const uint8_t *data, size_t size)
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&context);
    sha256_update(&context, size, data);
    sha256_digest(&context, sizeof digest, digest);
    lenet5_hex(sum, digest, sizeof digest);
}

bool lenet5_data_match(const char *sum, const uint8_t *data, size_t size)
{
    char found[65];
    lenet5_data_sum(found, data, size);
    return strcmp(found, sum) == 0;
}
