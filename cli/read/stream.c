#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common.h"

int stream_open(stream *s, const char *path)
{
    struct stat about;
    const bool is_stdin = strcmp(path, "-") == 0;
    *s = (stream){.file = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC),
                  .name = is_stdin ? "standard input" : path};
    if (s->file < 0)
        return report_error("%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(s->file, &about) == 0 && S_ISREG(about.st_mode)) {
        s->position = (uint64_t)lseek(s->file, 0, SEEK_CUR); /* of standard input, where the one before has left it */
        s->size = (uint64_t)about.st_size;
    }
    posix_fadvise(s->file, 0, 0, POSIX_FADV_SEQUENTIAL);
    return EXIT_DONE;
}

ssize_t stream_read(stream *s, void *bytes, size_t size)
{
    ssize_t got;
    while ((got = read(s->file, bytes, size)) < 0 && errno == EINTR && !interrupted)
        continue;
    if (got < 0 && !interrupted)
        report_error("%s: byte %llu: cannot be read: %s", s->name, (unsigned long long)s->position, strerror(errno));
    s->position += got > 0 ? (uint64_t)got : 0;
    return got;
}

size_t stream_skip(stream *s, size_t bytes)
{
    const uint64_t left = s->size > s->position ? s->size - s->position : 0;
    const size_t skipped = bytes < left ? bytes : (size_t)left;
    if (skipped == 0 || lseek(s->file, (off_t)skipped, SEEK_CUR) < 0)
        return 0;
    s->position += skipped;
    return skipped;
}

double stream_share(const stream *s, uint64_t unused)
{
    const uint64_t used = s->position - unused;
    return used < s->size ? (double)used / (double)s->size : s->size > 0;
}

void stream_close(const stream *s)
{
    if (s->file > STDIN_FILENO)
        close(s->file);
}
