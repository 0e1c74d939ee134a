/* The module lenet5_archive: reads TAR streams with libarchive. */
#include "archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>

#include "lenet5.h"

/* ---- The stream -------------------------------------------------------------------------------------------------- */

/* Callback of libarchive. */
static la_ssize_t fill(struct archive *archive, void *context, const void **bytes)
{
    const archive_stream *s = context;
    const ssize_t got = s->fill(s->context, bytes);
    if (got < 0)
        archive_set_error(archive, EIO, "it cannot be read");
    return got < 0 ? ARCHIVE_FATAL : got;
}

/* Callback of libarchive, which reads what is not skipped. */
static la_int64_t skip(struct archive *archive, void *context, la_int64_t bytes)
{
    const archive_stream *s = context;
    (void)archive;
    return (la_int64_t)s->skip(s->context, (size_t)bytes);
}

static bool keep_reason(archive_stream *s)
{
    const char *reason = s->archive ? archive_error_string(s->archive) : "out of memory";
    snprintf(s->reason, sizeof s->reason, "%s", reason ? reason : "it is damaged");
    return false;
}

/* Only filters that are built into libarchive: it runs a program for others. */
static bool choose_formats(struct archive *a)
{
    archive_read_support_format_tar(a);
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_xz(a);
    archive_read_support_filter_zstd(a);
    archive_read_support_filter_lz4(a);
    return archive_read_set_options(a, "read_concatenated_archives") == ARCHIVE_OK;
}

static bool open_stream(archive_stream *s)
{
    struct archive *a = s->archive = archive_read_new();
    const bool opened = a && choose_formats(a) && archive_read_set_read_callback(a, fill) == ARCHIVE_OK &&
                        archive_read_set_skip_callback(a, skip) == ARCHIVE_OK &&
                        archive_read_set_callback_data(a, s) == ARCHIVE_OK && archive_read_open1(a) == ARCHIVE_OK;
    return opened || keep_reason(s);
}

static void close_stream(archive_stream *s)
{
    if (s->archive)
        archive_read_free(s->archive);
}

/* ---- Entries ----------------------------------------------------------------------------------------------------- */

/* A whole archive ends in blocks of zeros. libarchive takes one that is cut off between two entries for whole. */
static archive_step end_of(archive_stream *s)
{
    if (archive_filter_bytes(s->archive, 0) > archive_read_header_position(s->archive))
        return STEP_END;
    snprintf(s->reason, sizeof s->reason, "it is cut off: the mark at the end of an archive is missing");
    return STEP_FAILED;
}

static bool is_file(struct archive_entry *entry)
{
    return archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry) && archive_entry_pathname(entry);
}

/* A warning is about a name that is no text of this locale; its bytes are there. */
static archive_step next_file(archive_stream *s)
{
    struct archive_entry *entry;
    int result;
    do
        result = archive_read_next_header(s->archive, &entry);
    while ((result == ARCHIVE_OK || result == ARCHIVE_WARN) && !is_file(entry));
    if (result == ARCHIVE_EOF)
        return end_of(s);
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
        return keep_reason(s), STEP_FAILED;
    s->name = archive_entry_pathname(entry);
    return STEP_ENTRY;
}

static ssize_t read_file(archive_stream *s, void *bytes, size_t size)
{
    const la_ssize_t got = archive_read_data(s->archive, bytes, size);
    if (got < 0)
        keep_reason(s);
    return got < 0 ? -1 : got;
}

LENET5_API extern const archive_module lenet5_archive;
const archive_module lenet5_archive = {open_stream, next_file, read_file, close_stream};
