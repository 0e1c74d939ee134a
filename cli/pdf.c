/*
 * pdftoppm is given the file as its standard input, so that no name can mislead it, and writes a PGM after the other
 * into a pipe: there is no file in between, and no more than a page in memory. What it complains of goes into a second
 * pipe that never makes it wait; what does not fit in is lost.
 */
#define _GNU_SOURCE /* pipe2: another thread must not hand our pipes on to its own pdftoppm */
#include "pdf.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"

#define RESOLUTION "300" /* dots an inch */
#define HEADER_LINES 3

extern char **environ;

struct pdf {
    const char *name;
    pid_t process; /* 0: it has ended */
    FILE *pages;
    int reasons;          /* what it complains of */
    int read;             /* pages */
    bool ahead;           /* the header of the next page has been read */
    size_t width, height; /* of that page */
    bool ended;
};

bool is_pdf(int file)
{
    char begin[5];
    return pread(file, begin, sizeof begin, 0) == (ssize_t)sizeof begin && memcmp(begin, "%PDF-", sizeof begin) == 0;
}

/* ---- The process ----------------------------------------------------------------------------------------------------
 */

/* In a process group of its own, so that Ctrl-C lets it finish the page in hand. Returns an errno. */
static int spawn(pid_t *process, int file, int pages, int reasons)
{
    char *const arguments[] = {"pdftoppm", "-gray", "-r", RESOLUTION, "-", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    int failure = posix_spawn_file_actions_adddup2(&actions, file, STDIN_FILENO);
    if (failure == 0)
        failure = posix_spawn_file_actions_adddup2(&actions, pages, STDOUT_FILENO);
    if (failure == 0)
        failure = posix_spawn_file_actions_adddup2(&actions, reasons, STDERR_FILENO);
    if (failure == 0)
        failure = posix_spawnp(process, arguments[0], &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

static void close_both(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

/* Two pipes, whose second neither reader nor writer waits for. */
static int open_pipes(int pages[2], int reasons[2])
{
    if (pipe2(pages, O_CLOEXEC) != 0)
        return errno;
    if (pipe2(reasons, O_CLOEXEC | O_NONBLOCK) == 0)
        return 0;
    close_both(pages);
    return errno;
}

static int start(pdf *p, int file)
{
    int pages[2], reasons[2];
    int failure = open_pipes(pages, reasons);
    if (failure != 0)
        return failure;
    failure = spawn(&p->process, file, pages[1], reasons[1]);
    if (failure == 0 && !(p->pages = fdopen(pages[0], "rb"))) {
        kill(p->process, SIGTERM);
        waitpid(p->process, NULL, 0);
        failure = ENOMEM;
    }
    close(pages[1]);
    close(reasons[1]);
    p->reasons = reasons[0];
    if (failure != 0) {
        close(pages[0]);
        close(reasons[0]);
    }
    return failure;
}

int pdf_open(pdf **pages, int file, const char *name)
{
    pdf *p = malloc(sizeof *p);
    if (!p)
        return complain_memory();
    *p = (pdf){.name = name};
    const int failure = lseek(file, 0, SEEK_SET) == 0 ? start(p, file) : errno;
    if (failure == 0) {
        *pages = p;
        return EXIT_DONE;
    }
    free(p);
    if (failure == ENOENT)
        return complain("%s: reading PDF needs pdftoppm (Debian's poppler-utils)", name);
    return complain("%s: pdftoppm cannot be started: %s", name, strerror(failure));
}

/* Waits for the process, which is to end now if it has not closed its pipe; returns its exit code, -1 for a signal. */
static int end_process(pdf *p)
{
    int status = -1;
    if (!feof(p->pages))
        kill(p->process, SIGTERM);
    while (waitpid(p->process, &status, 0) < 0 && errno == EINTR)
        continue;
    p->process = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void pdf_close(pdf *pages)
{
    if (!pages)
        return;
    if (pages->process > 0)
        end_process(pages);
    fclose(pages->pages);
    close(pages->reasons);
    free(pages);
}

/* ---- Pages ----------------------------------------------------------------------------------------------------------
 */

/* All of so many bytes, though signals come in between. */
static bool read_all(pdf *p, void *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        errno = 0;
        const size_t got = fread((char *)bytes + done, 1, size - done, p->pages);
        done += got;
        if (done < size && !(ferror(p->pages) && errno == EINTR))
            return false;
        clearerr(p->pages);
    }
    return true;
}

/* "P5", the size and "255", a line each. False where the pages end, or are no such pages. */
static bool read_header(pdf *p)
{
    char header[64];
    int end = 0;
    size_t length = 0;
    for (int lines = 0; lines < HEADER_LINES && length < sizeof header - 1; length++) {
        if (!read_all(p, header + length, 1))
            return false;
        lines += header[length] == '\n';
    }
    header[length] = '\0';
    return sscanf(header, "P5 %9zu %9zu 255%n", &p->width, &p->height, &end) == 2 && end > 0;
}

bool pdf_left(pdf *pages)
{
    if (!pages->ended && !pages->ahead)
        pages->ahead = read_header(pages);
    if (pages->ended || pages->ahead)
        return !pages->ended;
    pages->ended = pages->process > 0 && end_process(pages) == 0 && pages->read > 0;
    return !pages->ended;
}

/* Says why there is no further page, in the words of pdftoppm's first complaint if it had one. */
static int complain_page(pdf *p)
{
    char text[1024];
    const ssize_t length = read(p->reasons, text, sizeof text - 1);
    text[length > 0 ? length : 0] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    for (char *c = text; *c; c++)
        *c = *c < ' ' ? '?' : *c;
    return complain("%s: page %d: pdftoppm cannot render it%s%s", p->name, p->read + 1, text[0] ? ": " : "", text);
}

static int take_page(lenet5_picture *picture, pdf *p, size_t most_pixels)
{
    if (!pdf_left(p) || !p->ahead)
        return complain_page(p);
    const size_t width = p->width, height = p->height;
    p->ahead = false;
    if (width == 1 && height == 1) /* what it writes in place of a page that is too large for it */
        return complain_page(p);
    if (width == 0 || height == 0 || width > most_pixels / height)
        return complain("%s: page %d: %zux%zu pixels; at most %zu can be read", p->name, p->read + 1, width, height,
                        most_pixels);
    uint8_t *grey = malloc(width * height);
    if (!grey)
        return complain_memory();
    if (!read_all(p, grey, width * height)) {
        free(grey);
        return complain_page(p);
    }
    *picture = (lenet5_picture){width, height, grey};
    p->read++;
    return EXIT_DONE;
}

int pdf_next(lenet5_picture *picture, pdf *pages, size_t most_pixels)
{
    const int code = take_page(picture, pages, most_pixels);
    pages->ended |= code != EXIT_DONE;
    return code;
}
