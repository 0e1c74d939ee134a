#include "tar.h"

#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "common.h"
#include "extras.h"
#include "reader/decode/decode.h"
#include "stream.h"

#define BLOCK_SIZE 262144        /* bytes of the archive that are read at once */
#define FIRST_ROOM (1 << 16)     /* bytes for a file; doubled as they arrive, since its header may claim any size */
#define MAX_NAME (PATH_SIZE - 1) /* bytes, as of other files */

struct tar_reader {
    const archive_module *module;
    archive_stream entries;
    stream file;
    bool unread;    /* the file cannot be read, which has been reported */
    uint64_t entry; /* number of the current file */
    uint8_t block[BLOCK_SIZE];
};

/* ---- The archive's file, for the module -------------------------------------------------------------------------- */

static ssize_t fill(void *context, const void **bytes)
{
    tar_reader *t = context;
    const ssize_t got = stream_read(&t->file, t->block, sizeof t->block);
    t->unread = got < 0;
    *bytes = t->block;
    return got;
}

static size_t skip(void *context, size_t bytes)
{
    tar_reader *t = context;
    return stream_skip(&t->file, bytes);
}

/* ---- Entries ----------------------------------------------------------------------------------------------------- */

static int fail(const tar_reader *t)
{
    if (t->unread)
        return EXIT_FAILED;
    return report_error("%s: after %llu files: not a whole TAR archive: %s", t->file.name, (unsigned long long)t->entry,
                        t->entries.reason);
}

static int load_module(const archive_module **module)
{
#ifdef LENET5_ARCHIVE
    lenet5_error error;
    *module = load_extra("lenet5_archive", &error);
    return *module ? EXIT_DONE : report_library_error(&error);
#else
    *module = NULL;
    return report_error("--tar needs libarchive, which this program was built without");
#endif
}

int tar_open(tar_reader **opened, const char *path)
{
    const archive_module *module;
    int code = load_module(&module);
    if (code != EXIT_DONE)
        return code;
    tar_reader *t = calloc(1, sizeof *t);
    if (!t)
        return report_out_of_memory();
    t->module = module;
    t->entries = (archive_stream){.fill = fill, .skip = skip, .context = t};
    code = stream_open(&t->file, path);
    if (code == EXIT_DONE && !module->open(&t->entries))
        code = fail(t);
    if (code == EXIT_DONE)
        *opened = t;
    else
        tar_close(t);
    return code;
}

int tar_next(const char **name, tar_reader *t)
{
    const archive_step step = t->module->next(&t->entries);
    *name = step == STEP_ENTRY ? t->entries.name : NULL;
    if (step == STEP_FAILED)
        return fail(t);
    t->entry += step == STEP_ENTRY;
    if (*name && strlen(*name) > MAX_NAME)
        return report_error("%s: file %llu: its name has more than %d bytes", t->file.name,
                            (unsigned long long)t->entry, MAX_NAME);
    return EXIT_DONE;
}

int tar_read(uint8_t **bytes, size_t *size, tar_reader *t)
{
    *bytes = NULL;
    *size = 0;
    for (size_t room = FIRST_ROOM; room <= MAX_PICTURE_FILE; room *= 2) {
        uint8_t *larger = realloc(*bytes, room);
        if (!larger)
            return report_out_of_memory();
        *bytes = larger;
        const ssize_t got = t->module->read(&t->entries, *bytes + *size, room - *size);
        if (got < 0)
            return fail(t);
        *size += (size_t)got;
        if (*size < room)
            return EXIT_DONE;
    }
    free(*bytes);
    *bytes = NULL;
    return EXIT_DONE;
}

double tar_share(const tar_reader *t)
{
    return stream_share(&t->file, 0);
}

void tar_close(tar_reader *t)
{
    if (!t)
        return;
    t->module->close(&t->entries);
    stream_close(&t->file);
    free(t);
}
