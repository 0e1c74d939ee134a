/*
 * All picture formats but PNG: Leptonica decodes them, libheif HEIC and AVIF (heif.c); libexif reads the orientation.
 */
#include <leptonica/allheaders.h>
#include <libexif/exif-data.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/error.h"
#include "decode.h"
#include "formats.h"
#include "heif.h"
#include "tiff.h"

#define MIN_FILE 16 /* bytes that Leptonica reads to recognise a format */

/* Of a progressive JPEG; ten are usual. Each scan takes a few bytes, and a pass over all pixels. */
#define MAX_SCANS 100

/*
 * Leptonica packs four grey pixels into a word, the leftmost in the highest byte, and the channels of a colour
 * likewise.
 */
static uint8_t byte_at(const l_uint32 *row, size_t index)
{
    return (uint8_t)(row[index / 4] >> (24 - 8 * (index % 4)));
}

static lenet5_status copy_grey(lenet5_picture *picture, PIX *pix, lenet5_error *error)
{
    const size_t width = (size_t)pixGetWidth(pix), height = (size_t)pixGetHeight(pix);
    uint8_t *grey = malloc(width * height);
    if (!grey)
        return lenet5_fail_memory(error);
    for (size_t y = 0; y < height; y++) {
        const l_uint32 *row = pixGetData(pix) + y * (size_t)pixGetWpl(pix);
        for (size_t x = 0; x < width; x++)
            grey[y * width + x] = byte_at(row, x);
    }
    *picture = (lenet5_picture){width, height, grey};
    return LENET5_OK;
}

/* Packs the channels of all pixels in place; pix is no valid picture then. */
static const uint8_t *pack_colours(PIX *pix)
{
    const size_t count = (size_t)pixGetWidth(pix) * (size_t)pixGetHeight(pix);
    const size_t channels = pixGetSpp(pix) == 4 ? 4 : 3; /* the fourth is opacity */
    const l_uint32 *words = pixGetData(pix);
    uint8_t *bytes = (uint8_t *)pixGetData(pix);
    for (size_t i = 0; i < count; i++) { /* a row has no more words than pixels */
        const l_uint32 word = words[i];
        for (size_t k = 0; k < channels; k++)
            bytes[channels * i + k] = byte_at(&word, k);
    }
    if (channels == 4)
        lenet5_flatten_opacity(bytes, count, 3);
    return bytes;
}

static lenet5_status mix_colours(lenet5_picture *picture, PIX *pix, lenet5_error *error)
{
    return lenet5_rgb_to_grey(picture, pack_colours(pix), (size_t)pixGetWidth(pix), (size_t)pixGetHeight(pix), error);
}

/* The EXIF orientation, 1 to 8; 1 if the file has none. */
static int orientation_of(const uint8_t *bytes, size_t size)
{
    int orientation = 1;
    ExifData *data = size <= UINT32_MAX ? exif_data_new_from_data(bytes, (unsigned)size) : NULL;
    ExifEntry *entry = data ? exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION) : NULL;
    if (entry && entry->size >= 2)
        orientation = exif_get_short(entry->data, exif_data_get_byte_order(data));
    exif_data_unref(data);
    return orientation;
}

/* Consumes a picture and returns it upright. */
static PIX *upright(PIX *pix, int orientation)
{
    static const struct {
        int quarters; /* clockwise */
        bool mirrored;
    } turns[9] = {[2] = {0, true},  [3] = {2, false}, [4] = {2, true}, [5] = {1, true},
                  [6] = {1, false}, [7] = {3, true},  [8] = {3, false}};
    if (!pix || orientation < 2 || orientation > 8)
        return pix;
    PIX *turned = pixRotateOrth(pix, turns[orientation].quarters);
    pixDestroy(&pix);
    if (turned && turns[orientation].mirrored)
        pixFlipLR(turned, turned);
    return turned;
}

static int32_t little_endian(const uint8_t *bytes)
{
    return (int32_t)((uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0]);
}

/* Checks the size of a BMP file, which Leptonica would decode to find it. A negative height means rows from the top. */
static lenet5_status check_bmp(const picture_file *file, lenet5_error *error)
{
    enum { WIDTH = 18, HEIGHT = 22 };
    if (file->size < HEIGHT + 4 || file->bytes[0] != 'B' || file->bytes[1] != 'M')
        return LENET5_OK;
    const int64_t width = little_endian(file->bytes + WIDTH), height = little_endian(file->bytes + HEIGHT);
    return lenet5_check_picture_size(width > 0 ? (size_t)width : 0, (size_t)(height < 0 ? -height : height), file,
                                     error);
}

/* Counts the scans of a JPEG, up to one more than allowed. */
static size_t count_scans(const picture_file *file)
{
    enum { ESCAPED = 0x00, TEM = 0x01, RST0 = 0xD0, SOI = 0xD8, EOI = 0xD9, SOS = 0xDA, FILL = 0xFF };
    const uint8_t *bytes = file->bytes;
    size_t scans = 0;
    for (size_t at = 0; at + 4 <= file->size && scans <= MAX_SCANS;) {
        const uint8_t kind = bytes[at + 1];
        if (bytes[at] != 0xFF || kind == FILL)
            at++;
        else if (kind == EOI)
            break;
        else if (kind == ESCAPED || kind == TEM || (kind >= RST0 && kind <= SOI))
            at += 2;
        else {
            scans += kind == SOS;
            at += 2 + ((size_t)bytes[at + 2] << 8 | bytes[at + 3]);
        }
    }
    return scans;
}

static lenet5_status check_scans(const picture_file *file, lenet5_error *error)
{
    if (count_scans(file) > MAX_SCANS)
        return lenet5_fail(error, LENET5_E_PICTURE_FORMAT, LENET5_NO_OFFSET,
                           "%s: a JPEG of more than %d scans; save it again", file->name, MAX_SCANS);
    return LENET5_OK;
}

/* Whether the size of a format is in a header; else Leptonica decodes the picture to find it. */
static bool is_readable(const picture_file *file)
{
    l_int32 format = IFF_UNKNOWN;
    findFileFormatBuffer(file->bytes, &format);
    return format == IFF_JFIF_JPEG || format == IFF_BMP || format == IFF_PNM || format == IFF_WEBP;
}

static lenet5_status check_header(int *format, const picture_file *file, lenet5_error *error)
{
    l_int32 width, height;
    const lenet5_status status = check_bmp(file, error);
    if (status != LENET5_OK)
        return status;
    if (file->size < MIN_FILE || !is_readable(file) ||
        pixReadHeaderMem(file->bytes, file->size, format, &width, &height, NULL, NULL, NULL) != 0)
        return lenet5_fail(error, LENET5_E_PICTURE_FORMAT, 0,
                           "%s: byte 0: not a picture that can be read; " LENET5_PICTURE_FORMATS " can", file->name);
    return lenet5_check_picture_size(width > 0 ? (size_t)width : 0, height > 0 ? (size_t)height : 0, file, error);
}

static lenet5_status read_single(PIX **pix, const picture_file *file, lenet5_error *error)
{
    int format = IFF_UNKNOWN;
    lenet5_status status = check_header(&format, file, error);
    if (status == LENET5_OK && format == IFF_JFIF_JPEG)
        status = check_scans(file, error);
    if (status != LENET5_OK)
        return status;
    *pix = pixReadMem(file->bytes, file->size);
    if (format == IFF_JFIF_JPEG)
        *pix = upright(*pix, orientation_of(file->bytes, file->size));
    return LENET5_OK;
}

/* Undoes premultiplied opacity, as libtiff returns it. */
static void divide_by_opacity(PIX *pix)
{
    const size_t count = (size_t)pixGetWidth(pix) * (size_t)pixGetHeight(pix);
    l_uint32 *words = pixGetData(pix);
    for (size_t i = 0; i < count; i++) {
        const l_uint32 opacity = words[i] & 255;
        l_uint32 word = opacity;
        for (size_t k = 0; k < 3 && opacity > 0; k++) {
            const l_uint32 level = (byte_at(&words[i], k) * 255u + opacity / 2) / opacity;
            word |= (level < 255 ? level : 255) << (24 - 8 * k);
        }
        words[i] = word;
    }
}

static lenet5_status read_tiff(PIX **pix, page_position *position, const picture_file *file, lenet5_error *error)
{
    tiff_page page;
    lenet5_status status = lenet5_tiff_page(&page, file, error);
    if (status == LENET5_OK)
        status = lenet5_check_picture_size(page.width, page.height, file, error);
    if (status != LENET5_OK)
        return status;
    *pix = pixReadMemTiff(file->bytes, file->size, 0);
    if (*pix && pixGetDepth(*pix) == 32 && pixGetSpp(*pix) == 4)
        divide_by_opacity(*pix);
    *position = (page_position){page.offset, page.next};
    return LENET5_OK;
}

/* Consumes a picture and returns it with one word (colours) or one byte a pixel. */
static PIX *plain(PIX *pix)
{
    if (!pix || (pixGetDepth(pix) == 32 && !pixGetColormap(pix)))
        return pix;
    PIX *converted = pixGetColormap(pix) ? pixConvertTo32(pix) : pixConvertTo8(pix, 0);
    pixDestroy(&pix);
    return converted;
}

static void ignore_message(const char *text)
{
    (void)text;
}

static void silence_leptonica(void)
{
    setMsgSeverity(L_SEVERITY_NONE);
    leptSetStderrHandler(ignore_message); /* some messages ignore the severity */
}

lenet5_status lenet5_decode_page(lenet5_picture *picture, page_position *position, const picture_file *file,
                                 lenet5_error *error)
{
    static pthread_once_t silence = PTHREAD_ONCE_INIT;
    PIX *pix = NULL;
    if (lenet5_is_heif(file))
        return lenet5_decode_heif(picture, file, error);
    pthread_once(&silence, silence_leptonica);
    lenet5_status status =
        lenet5_is_tiff(file) ? read_tiff(&pix, position, file, error) : read_single(&pix, file, error);
    if (status != LENET5_OK)
        return status;
    if (pix) /* headers may be wrong */
        status = lenet5_check_picture_size((size_t)pixGetWidth(pix), (size_t)pixGetHeight(pix), file, error);
    if (status != LENET5_OK) {
        pixDestroy(&pix);
        return status;
    }
    pix = plain(pix);
    status = !pix ? lenet5_fail(error, LENET5_E_PICTURE_FORMAT, LENET5_NO_OFFSET,
                                "%s: begins as a picture but cannot be decoded; save it again as PNG", file->name)
                  : (pixGetDepth(pix) == 32 ? mix_colours : copy_grey)(picture, pix, error);
    pixDestroy(&pix);
    return status;
}
