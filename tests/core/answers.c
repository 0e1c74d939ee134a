/*
 * Reads pictures with lenet5_core, or with the whole library, and prints a line for each: the digit of a picture of
 * 28x28, the strings of any other. The probabilities have two digits, since processors round differently.
 * usage: answers <FILE, one binary PGM after the other
 */
#include <stdio.h>
#include <stdlib.h>

#include "lenet5.h"
#include "lenet5/reading.h"

#define MAX_PIXELS 10000000u

static void print_digit(const uint8_t *picture)
{
    lenet5_maps maps;
    const lenet5_model *model = lenet5_builtin();
    lenet5_set_input(&maps, picture);
    lenet5_forward(&maps, &model->network);
    const unsigned digit = lenet5_best(maps.penalty);
    printf("%u %.2f\n", digit, 1 / (1 + lenet5_odds_against(&model->provenance.loss, maps.penalty)));
}

static int print_strings(lenet5_reader *reader, const lenet5_picture *picture)
{
    lenet5_reading reading;
    lenet5_error error;
    if (lenet5_read(&reading, reader, picture, NULL, &error) != LENET5_OK) {
        fprintf(stderr, "%s\n", error.message);
        return EXIT_FAILURE;
    }
    printf("%zu lines", reading.count);
    for (size_t i = 0; i < reading.count; i++) {
        const lenet5_read_line *line = lenet5_reading_line(&reading, i);
        printf("; %s %s", line->strings > 0 ? line->string[0].text : "",
               line->decision == LENET5_ACCEPTED ? "accepted" : "not sure");
    }
    printf("\n");
    lenet5_reading_free(&reading);
    return EXIT_SUCCESS;
}

static int answer(lenet5_reader *reader, size_t width, size_t height)
{
    int code = EXIT_FAILURE;
    uint8_t *grey = malloc(width * height);
    if (grey && fread(grey, 1, width * height, stdin) == width * height) {
        code = EXIT_SUCCESS;
        if (width == 28 && height == 28)
            print_digit(grey);
        else
            code = print_strings(reader, &(lenet5_picture){width, height, grey});
    }
    free(grey);
    return code;
}

int main(void)
{
    size_t width, height;
    lenet5_reader *reader;
    int code = EXIT_SUCCESS;
    if (!lenet5_builtin() || lenet5_reader_new(&reader, NULL, NULL) != LENET5_OK)
        return EXIT_FAILURE;
    while (code == EXIT_SUCCESS && scanf("P5 %zu %zu 255", &width, &height) == 2 && getchar() == '\n')
        code = width > 0 && height > 0 && width <= MAX_PIXELS / height ? answer(reader, width, height) : EXIT_FAILURE;
    lenet5_reader_free(reader);
    return code;
}
