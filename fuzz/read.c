#include <stdlib.h>

#include "fuzz.h"

static lenet5_reader *builtin_reader(void)
{
    static lenet5_reader *reader;
    if (!reader && lenet5_reader_new(&reader, NULL, NULL) != LENET5_OK)
        abort();
    return reader;
}

static lenet5_read_options options_of(uint8_t choice)
{
    static const char *const formats[] = {"amount", "5", "date", "zip9", "phone", "d-dd/ddd", "decimal", NULL};
    static const char *const list[] = {"12345", "1", "123456", "90210"};
    return (lenet5_read_options){.format = formats[choice % 8],
                                 .digits_only = choice >= 128,
                                 .list = choice & 64 ? list : NULL,
                                 .list_count = choice & 64 ? sizeof list / sizeof list[0] : 0,
                                 .check = (lenet5_check)(choice >> 4 & 3),
                                 .n_best = choice & 8 ? LENET5_MAX_N_BEST : 1};
}

void fuzz_read(const lenet5_picture *picture, uint8_t choice)
{
    lenet5_error error;
    lenet5_reading reading;
    const lenet5_read_options options = options_of(choice);
    if (lenet5_read(&reading, builtin_reader(), picture, &options, &error) == LENET5_OK)
        lenet5_reading_free(&reading);
}
