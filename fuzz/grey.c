/* A grey picture: the input is options, the width, and pixels. It reaches deeper than broken files do. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    const size_t width = 1 + data[1] % 200, height = (size - 2) / width;
    if (height == 0 || height > 1000)
        return 0;
    lenet5_picture picture = {width, height, malloc(width * height)};
    if (!picture.grey)
        return 0;
    memcpy(picture.grey, data + 2, width * height);
    fuzz_read(&picture, data[0]);
    lenet5_picture_free(&picture);
    return 0;
}
