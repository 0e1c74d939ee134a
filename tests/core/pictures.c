/*
 * Writes pictures for answers.c: single digits of 28x28 and strings, drawn by the library.
 * usage: pictures DIGITS STRINGS >FILE
 */
#include <stdio.h>
#include <stdlib.h>

#include "lenet5/data.h"

enum { SEED = 7, DIGITS_OF_STRING = 5, DIGITS_TO_DRAW_FROM = 1000 };

static void write_grey(const uint8_t *pixels, size_t width, size_t height)
{
    printf("P5\n%zu %zu\n255\n", width, height);
    fwrite(pixels, 1, width * height, stdout);
}

static void write_string(const lenet5_string *s)
{
    const size_t count = s->width * s->height;
    for (size_t i = 0; i < count; i++)
        s->rgb[i] = (uint8_t)((s->rgb[3 * i] + s->rgb[3 * i + 1] + s->rgb[3 * i + 2]) / 3);
    write_grey(s->rgb, s->width, s->height);
}

static int write_all(const lenet5_dataset *set, size_t digits, size_t strings)
{
    static const char *const styles[] = {"spaced", "touching", "form", "ligatures"};
    for (size_t i = 0; i < digits; i++)
        write_grey(lenet5_dataset_picture(set, i), 28, 28);
    for (size_t i = 0; i < strings; i++) {
        lenet5_string string;
        if (lenet5_string_draw(&string, set, styles[i % 4], DIGITS_OF_STRING, i, SEED, NULL) != LENET5_OK)
            return EXIT_FAILURE;
        write_string(&string);
        lenet5_string_free(&string);
    }
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int count, char **arguments)
{
    lenet5_dataset set;
    if (count != 3 || lenet5_dataset_synthesise(&set, DIGITS_TO_DRAW_FROM, SEED, NULL) != LENET5_OK)
        return EXIT_FAILURE;
    const int code = write_all(&set, (size_t)atoi(arguments[1]), (size_t)atoi(arguments[2]));
    lenet5_dataset_free(&set);
    return code;
}
