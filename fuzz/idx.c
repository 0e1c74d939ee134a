/* IDX files: the first two bytes are the size of the file of pictures that follows; the rest is the file of labels. */
#include <stdlib.h>
#include <unistd.h>

#include "files.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char images[FILE_PATH], labels[FILE_PATH];
    lenet5_dataset set;
    lenet5_error error;
    if (size < 2)
        return 0;
    const size_t rest = size - 2, first = (data[0] | (size_t)data[1] << 8) % (rest + 1);
    const int one = file_of(images, data + 2, first), other = file_of(labels, data + 2 + first, rest - first);
    if (lenet5_dataset_read(&set, images, labels, &error) == LENET5_OK) {
        if (!set.labels)
            abort();
        use_set(&set);
        lenet5_dataset_free(&set);
    }
    close(one);
    close(other);
    return 0;
}
