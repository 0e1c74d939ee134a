/*
 * lenet5.h: LeNet-5 of LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition",
 * Proc. IEEE 86(11), November 1998 ("the paper"): the network, its training, its data and its model files, and a reader
 * of handwritten numbers in pictures.
 *
 * Read the numbers in a picture (link with -llenet5_reader -llenet5):
 *
 *     #include <lenet5.h>
 *     #include <stdio.h>
 *
 *     int main(int argc, char **argv)
 *     {
 *         lenet5_error error;
 *         lenet5_picture picture;
 *         lenet5_reader *reader;
 *         lenet5_reading reading;
 *         if (argc != 2 || lenet5_picture_load(&picture, argv[1], &error) ||
 *             lenet5_reader_new(&reader, NULL, &error) || lenet5_read(&reading, reader, &picture, NULL, &error))
 *             return fprintf(stderr, "%s\n", argc == 2 ? error.message : "usage: numbers PICTURE"), 1;
 *         for (size_t i = 0; i < reading.count; i++) {
 *             const lenet5_read_line *line = lenet5_reading_line(&reading, i);
 *             puts(line->decision == LENET5_ACCEPTED ? line->string[0].text : "not sure");
 *         }
 *         lenet5_reading_free(&reading);
 *         lenet5_reader_free(reader);
 *         lenet5_picture_free(&picture);
 *     }
 *
 * Classify a 28x28 picture of one digit (link with -llenet5):
 *
 *     #include <lenet5.h>
 *     #include <stdio.h>
 *
 *     int main(void)
 *     {
 *         static lenet5_maps maps;
 *         static uint8_t digit[LENET5_PICTURE_BYTES];
 *         float posterior[LENET5_CLASSES + 1];
 *         const lenet5_model *model = lenet5_builtin();
 *         if (!model || fread(digit, sizeof digit, 1, stdin) != 1)
 *             return 1;
 *         lenet5_set_input(&maps, digit);
 *         lenet5_forward(&maps, &model->network);
 *         lenet5_posterior(posterior, &model->provenance.loss, maps.penalty);
 *         if (posterior[LENET5_RUBBISH] > 0.5f)
 *             puts("not a digit");
 *         else
 *             printf("%u\n", lenet5_best(maps.penalty));
 *     }
 *
 * Conventions of every function:
 *
 * ORDER: outputs come first, then inputs, then sizes. The lenet5_error is the last.
 *
 * PICTURES: 28x28 bytes, row by row from the top left; 0 is paper, 255 is ink. The network's input is 32x32 numbers,
 * paper -0.1 and ink 1.175 (section II-B of the paper), with the picture in its middle. A lenet5_picture is a grey
 * picture of any size and polarity. Shapes are written as (rows, columns).
 *
 * ERRORS: a function that can fail returns a lenet5_status, 0 or negative, and fills the lenet5_error, which may be
 * NULL. On failure its outputs are untouched. Any function that allocates can return LENET5_E_MEMORY. Functions that
 * return void cannot fail.
 *
 * MEMORY: the caller owns every struct. What a function allocates has a ..._free function, which accepts a zeroed
 * struct, or NULL where the type is opaque. Strings and arrays that the library returns by pointer stay the library's.
 * No pass of the network allocates.
 *
 * THREADS: "Thread-safe." means any threads at any time, also with the same inputs, as long as no thread changes these
 * and each thread has outputs of its own. "One thread at a time for each X." means that calls with the same X must not
 * overlap, while calls with different ones may. A rule above a group of functions is that of the group.
 *
 * GLOBALS: the library has or changes no state of the process but this. The instruction set is chosen while the library
 * is loaded (lenet5_isa) and constant afterwards. Each built-in model is parsed once, at its first use, behind
 * pthread_once. liblenet5_reader sets the message level of Leptonica to silent, once, when it first decodes a picture
 * that is not a PNG. Worker threads belong to the call or to the lenet5_training that starts them. The libraries that
 * are used (zlib, jansson, nettle, libpng, Leptonica, libexif, libheif) have thread-safe state of their own.
 *
 * SILENCE: the library does not print or exit, whatever it is given to read.
 *
 * COMPATIBILITY: a program compiled with version 0.2.0 or later runs with every later library of the same SONAME;
 * docs/abi.md describes what this is based on. A struct marked "Frozen." keeps its size and members. One marked "Grows."
 * may get new members at its end. Either the library hands it out by pointer, or its first member is its size, where 0
 * stands for the struct of 0.2.0, so that {.format = "zip5"} is complete. Enumerations may get new values.
 */
#ifndef LENET5_H
#define LENET5_H

#include "lenet5/base.h"     /* version, status codes, errors */
#include "lenet5/data.h"     /* labelled pictures */
#include "lenet5/model.h"    /* model files, built-in models, committees */
#include "lenet5/network.h"  /* the network, its passes, its losses */
#include "lenet5/reading.h"  /* from pictures to strings; its functions are in liblenet5_reader */
#include "lenet5/training.h" /* training, evaluation, calibration */

#endif
