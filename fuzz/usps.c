/* Text files of USPS, plain or gzipped. */
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
        use_set(&set);
        lenet5_dataset_free(&set);
    }
    close(file);
    return 0;
}
