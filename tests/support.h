/* Helpers of the tests: a temporary folder, files as bytes, and model files in parts. */
#ifndef LENET5_TESTS_SUPPORT_H
#define LENET5_TESTS_SUPPORT_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "lenet5.h"
#include "unit.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* ---- A folder for each test -------------------------------------------------------------------------------------- */

/* Setup and teardown of a test; the state is the path of a new, empty folder. */
int make_folder(void **state);
int remove_folder(void **state);

#define TEST_IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

typedef struct path {
    char text[600];
} path;

path path_in(const char *folder, const char *name);

/* The number of entries in a folder. */
size_t count_entries(const char *folder);

/* ---- Files as bytes ---------------------------------------------------------------------------------------------- */

typedef struct buffer {
    uint8_t *data;
    size_t size;
} buffer;

/* The caller frees data. */
buffer read_bytes(const char *file);
void write_bytes(const char *file, const void *data, size_t size);
void write_gzipped(const char *file, const void *data, size_t size);

/* Changes one byte of a file in place. */
void set_byte(const char *file, size_t offset, uint8_t value);

/* ---- Failures ---------------------------------------------------------------------------------------------------- */

/* Checks the status of a failure and that its one-line message names the file. Fill the error with junk beforehand. */
void assert_failure(lenet5_status status, lenet5_status wanted, const lenet5_error *error, const char *file);

/* Fill memory that must stay untouched with a pattern, and check the pattern. */
void fill(void *memory, size_t size);
void assert_untouched(const void *memory, size_t size);

/* ---- Sets and models --------------------------------------------------------------------------------------------- */

lenet5_dataset synthetic_digits(size_t count, uint64_t seed);

/* A model with numbers of many magnitudes and no default in its provenance. */
void sample_model(lenet5_model *model);

/* The parts of a safetensors file, which a test can change and write again. */
typedef struct model_parts {
    json_t *header;
    uint8_t *data;
    size_t size;
} model_parts;

model_parts take_apart(const char *file);

/* Writes the parts; seal also puts the right "sha256" into the metadata. */
void put_together(const char *file, const model_parts *parts, bool seal);
void free_parts(model_parts *parts);

/* Entry 0 or 1 of a tensor's "data_offsets". */
size_t offset_of(const model_parts *parts, const char *tensor, size_t number);
void set_offset(model_parts *parts, const char *tensor, size_t number, size_t value);

#endif
