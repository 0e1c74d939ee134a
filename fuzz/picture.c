/* A picture file of any format, read page by page; the last byte chooses the options. */
#include "fuzz.h"

#define MAX_PIXELS 300000 /* keeps a run at some hundredths of a second */
#define MAX_PAGES 3

static void read_pages(lenet5_pages *pages, uint8_t choice)
{
    lenet5_error error;
    lenet5_picture picture;
    for (int page = 0; page < MAX_PAGES && lenet5_pages_left(pages); page++)
        if (lenet5_pages_next(&picture, pages, &error) == LENET5_OK) {
            fuzz_read(&picture, choice);
            lenet5_picture_free(&picture);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lenet5_error error;
    lenet5_pages *pages;
    if (size == 0 || lenet5_pages_parse(&pages, data, size, "fuzz", &error) != LENET5_OK)
        return 0;
    if (lenet5_pages_limit(pages, MAX_PIXELS, &error) == LENET5_OK)
        read_pages(pages, data[size - 1]);
    lenet5_pages_free(pages);
    return 0;
}
