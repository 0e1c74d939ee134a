#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <float.h>
#include <ftw.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/hex.h"

#define PATTERN 0xA5

/* ---- A folder for each test -------------------------------------------------------------------------------------- */

int make_folder(void **state)
{
    static const char name[] = "/lenet5-test-XXXXXX";
    const char *root = getenv("TMPDIR");
    if (!root || !*root)
        root = "/tmp";
    char *folder = malloc(strlen(root) + sizeof name);
    if (!folder)
        return -1;
    strcpy(folder, root);
    strcat(folder, name);
    *state = folder;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_entry(const char *entry, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(entry);
}

int remove_folder(void **state)
{
    const int result = nftw(*state, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return result;
}

path path_in(const char *folder, const char *name)
{
    path p;
    const int length = snprintf(p.text, sizeof p.text, "%s/%s", folder, name);
    assert_in_range(length, 1, sizeof p.text - 1);
    return p;
}

size_t count_entries(const char *folder)
{
    size_t count = 0;
    DIR *open = opendir(folder);
    assert_non_null(open);
    for (const struct dirent *entry = readdir(open); entry; entry = readdir(open))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(open);
    return count;
}

/* ---- Files as bytes ---------------------------------------------------------------------------------------------- */

buffer read_bytes(const char *file)
{
    FILE *stream = fopen(file, "rb");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, 0, SEEK_END), 0);
    const long size = ftell(stream);
    assert_true(size >= 0);
    rewind(stream);
    buffer bytes = {malloc((size_t)size + 1), (size_t)size};
    assert_non_null(bytes.data);
    assert_int_equal(fread(bytes.data, 1, bytes.size, stream), bytes.size);
    fclose(stream);
    return bytes;
}

void write_bytes(const char *file, const void *data, size_t size)
{
    FILE *stream = fopen(file, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(data, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

void write_gzipped(const char *file, const void *data, size_t size)
{
    gzFile stream = gzopen(file, "wb");
    assert_non_null(stream);
    assert_int_equal(gzwrite(stream, data, (unsigned)size), size);
    assert_int_equal(gzclose(stream), Z_OK);
}

void set_byte(const char *file, size_t offset, uint8_t value)
{
    const int open_file = open(file, O_WRONLY);
    assert_true(open_file >= 0);
    assert_int_equal(pwrite(open_file, &value, 1, (off_t)offset), 1);
    close(open_file);
}

/* ---- Failures ---------------------------------------------------------------------------------------------------- */

void assert_failure(lenet5_status status, lenet5_status wanted, const lenet5_error *error, const char *file)
{
    assert_int_equal(status, wanted);
    assert_int_equal(error->status, wanted);
    assert_non_null(memchr(error->message, '\0', sizeof error->message));
    assert_null(strchr(error->message, '\n'));
    if (!strstr(error->message, file))
        fail_msg("\"%s\" does not name %s", error->message, file);
}

void fill(void *memory, size_t size)
{
    memset(memory, PATTERN, size);
}

void assert_untouched(const void *memory, size_t size)
{
    const uint8_t *bytes = memory;
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != PATTERN)
            fail_msg("byte %zu of the output has been written to", i);
}

/* ---- Sets and models --------------------------------------------------------------------------------------------- */

lenet5_dataset synthetic_digits(size_t count, uint64_t seed)
{
    lenet5_dataset set;
    assert_int_equal(lenet5_dataset_synthesise(&set, count, seed, NULL), LENET5_OK);
    return set;
}

void sample_model(lenet5_model *model)
{
    memset(model, 0, sizeof *model);
    float *number = (float *)&model->network;
    for (size_t i = 0; i < LENET5_PARAMETERS; i++)
        number[i] = ((float)((i * 7919) % 60013) - 30000) / 7000;
    const float special[] = {0, -0.0f, LENET5_MAX_WEIGHT, -LENET5_MAX_WEIGHT, FLT_MIN, FLT_MIN / 1024, 0.1f};
    memcpy(number, special, sizeof special);
    model->provenance = (lenet5_provenance){.recipe = "1998",
                                            .loss = {LENET5_MAP, 0.1, 1.0 / 3},
                                            .seed = UINT64_MAX,
                                            .epochs = 20,
                                            .data_name = "Ziffern \"\\ \xC3\xBC",
                                            .data_sha256 = "0123456789abcdef",
                                            .teacher_sha256 = "fedcba9876543210",
                                            .training_pictures = 55000,
                                            .validation_pictures = 5000,
                                            .held_out_name = "validation",
                                            .held_out_pictures = 4999,
                                            .held_out_errors = 47};
}

static size_t header_size(const uint8_t *bytes)
{
    size_t size = 0;
    for (size_t i = 0; i < 8; i++)
        size |= (size_t)bytes[i] << 8 * i;
    return size;
}

model_parts take_apart(const char *file)
{
    const buffer bytes = read_bytes(file);
    const size_t header = header_size(bytes.data);
    model_parts parts = {json_loadb((const char *)bytes.data + 8, header, 0, NULL), NULL, bytes.size - 8 - header};
    assert_non_null(parts.header);
    parts.data = malloc(parts.size + 1);
    assert_non_null(parts.data);
    memcpy(parts.data, bytes.data + 8 + header, parts.size);
    free(bytes.data);
    return parts;
}

static void put_sum(const model_parts *parts)
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];
    char text[2 * SHA256_DIGEST_SIZE + 1];
    sha256_init(&context);
    sha256_update(&context, parts->size, parts->data);
    sha256_digest(&context, sizeof digest, digest);
    lenet5_hex(text, digest, sizeof digest);
    json_object_set_new(json_object_get(parts->header, "__metadata__"), "sha256", json_string(text));
}

void put_together(const char *file, const model_parts *parts, bool seal)
{
    if (seal)
        put_sum(parts);
    char *text = json_dumps(parts->header, JSON_COMPACT);
    assert_non_null(text);
    const size_t length = strlen(text);
    uint8_t size[8];
    for (size_t i = 0; i < 8; i++)
        size[i] = (uint8_t)((uint64_t)length >> 8 * i);
    FILE *stream = fopen(file, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(size, 1, 8, stream), 8);
    assert_int_equal(fwrite(text, 1, length, stream), length);
    assert_int_equal(fwrite(parts->data, 1, parts->size, stream), parts->size);
    assert_int_equal(fclose(stream), 0);
    free(text);
}

void free_parts(model_parts *parts)
{
    json_decref(parts->header);
    free(parts->data);
}

static json_t *offsets_of(const model_parts *parts, const char *tensor)
{
    return json_object_get(json_object_get(parts->header, tensor), "data_offsets");
}

size_t offset_of(const model_parts *parts, const char *tensor, size_t number)
{
    return (size_t)json_integer_value(json_array_get(offsets_of(parts, tensor), number));
}

void set_offset(model_parts *parts, const char *tensor, size_t number, size_t value)
{
    assert_int_equal(json_array_set_new(offsets_of(parts, tensor), number, json_integer((json_int_t)value)), 0);
}
