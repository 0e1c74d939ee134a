/*
 * A TIFF directory is a count, the entries (tag, type, number of values, and the value or its offset) and the offset of
 * the next directory. BigTIFF (version 43) has wider numbers.
 */
#include "tiff.h"

#include <assert.h>

#include "base/error.h"

enum { CLASSIC = 42, BIG = 43 };
enum { TAG_WIDTH = 256, TAG_HEIGHT = 257 };
enum { TYPE_SHORT = 3, TYPE_LONG = 4, TYPE_LONG8 = 16 };

/* Widths of the numbers of a directory, in bytes. */
typedef struct layout {
    size_t count, entry, value, offset_size; /* value: its offset in an entry */
    size_t first;                            /* offset, in the file, of that of the first directory */
} layout;

static const layout classic = {2, 12, 8, 4, 4}, big = {8, 20, 12, 8, 8};

/* A number of size bytes at an offset, which must be inside the file. */
static uint64_t number_at(const picture_file *file, uint64_t offset, size_t size)
{
    assert(size <= file->size && offset <= file->size - size);
    const uint8_t *bytes = file->bytes + offset;
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | bytes[file->bytes[0] == 'I' ? size - 1 - i : i];
    return number;
}

static bool has(const picture_file *file, uint64_t offset, uint64_t size)
{
    return offset <= file->size && size <= file->size - offset;
}

bool lenet5_is_tiff(const picture_file *file)
{
    if (file->size < 4 || file->bytes[0] != file->bytes[1] || (file->bytes[0] != 'I' && file->bytes[0] != 'M'))
        return false;
    const uint64_t version = number_at(file, 2, 2);
    return version == CLASSIC || version == BIG;
}

static void take_entry(tiff_page *page, const picture_file *file, const layout *l, uint64_t entry)
{
    const uint64_t tag = number_at(file, entry, 2), type = number_at(file, entry + 2, 2);
    const size_t size = type == TYPE_SHORT ? 2 : type == TYPE_LONG ? 4 : type == TYPE_LONG8 && l == &big ? 8 : 0;
    const uint64_t value = number_at(file, entry + l->value, size);
    if (tag == TAG_WIDTH)
        page->width = value;
    if (tag == TAG_HEIGHT)
        page->height = value;
}

static const layout *layout_of(const picture_file *file)
{
    return number_at(file, 2, 2) == BIG ? &big : &classic;
}

void lenet5_tiff_set_first_page(uint8_t *bytes, const picture_file *file, uint64_t offset)
{
    const layout *l = layout_of(file);
    for (size_t i = 0; i < l->offset_size; i++)
        bytes[l->first + (bytes[0] == 'I' ? i : l->offset_size - 1 - i)] = (uint8_t)(offset >> 8 * i);
}

lenet5_status lenet5_tiff_page(tiff_page *page, const picture_file *file, lenet5_error *error)
{
    const layout *l = layout_of(file);
    const uint64_t offset = has(file, l->first, l->offset_size) ? number_at(file, l->first, l->offset_size) : 0;
    const bool counted = offset > 0 && has(file, offset, l->count);
    const uint64_t count = counted ? number_at(file, offset, l->count) : 0;
    const uint64_t entries = offset + l->count;
    /* count is below the file's size here, so that nothing overflows */
    if (count == 0 || count > file->size || !has(file, entries, count * l->entry + l->offset_size))
        return lenet5_fail(error, LENET5_E_PICTURE_FORMAT, offset,
                           "%s: byte %llu: a page of the TIFF begins here, but it is cut off or damaged", file->name,
                           (unsigned long long)offset);
    *page = (tiff_page){.offset = offset, .next = number_at(file, entries + count * l->entry, l->offset_size)};
    for (uint64_t i = count; i-- > 0;) /* of a repeated tag, libtiff uses the first */
        take_entry(page, file, l, entries + i * l->entry);
    return LENET5_OK;
}
