/* Text files of USPS, plain or gzipped. */
#include <stdlib.h>
#include <unistd.h>

#include "files.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[FILE_PATH];
    lenet5_dataset set;
    lenet5_error error;
    const int file = file_of(path, data, size);
    if (lenet5_dataset_read(&set, path, NULL, &error) == LENET5_OK) {
        unsigned sum = 0;
        for (size_t i = 0; i < set.count; i++) {
            if (set.labels && set.labels[i] >= LENET5_CLASSES)
                abort();
            sum += lenet5_dataset_picture(&set, i)[set.height * set.width - 1];
        }
        if (sum > 255 * set.count)
            abort();
        lenet5_dataset_free(&set);
    }
    close(file);
    return 0;
}
