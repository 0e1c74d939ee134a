/*
 * pdftoppm reads the file as its standard input, so that no file name is interpreted, and writes one PGM after the
 * other to a pipe: there is no temporary file, and no more than a page in memory. Its error messages go to a second,
 * non-blocking pipe; what does not fit is lost.
 *
 * It never outlives the program: the kernel kills it when the thread that started it ends. It has a process group of
 * its own, which is killed with it, since pdftoppm may be a script that starts another process.
 */
#define _GNU_SOURCE /* pipe2: no pipe is inherited by the pdftoppm of another thread */
#include "pdf.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "common.h"

#define RESOLUTION "300"             /* dots per inch */
#define HEADER_LINES 3               /* of a PGM: P5, the size, 255 */
#define MAX_MEMORY ((rlim_t)4 << 30) /* bytes of address space: many times a page of 100 megapixels in colour */

struct pdf {
    const char *name;     /* for error messages */
    pid_t process;        /* 0: it has ended */
    int pages, messages;  /* pipes from it */
    double seconds;       /* limit for a page; 0: none */
    double waited;        /* seconds for the current page */
    bool late;            /* a page has taken longer than the limit */
    bool all;             /* it has closed its pipe */
    int read;             /* number of pages */
    bool ahead;           /* the header of the next page has been read */
    size_t width, height; /* of that page */
    bool ended;           /* there is no further page */
};

bool begins_as_pdf(const void *bytes, size_t size)
{
    static const char begin[] = {'%', 'P', 'D', 'F', '-'};
    return size >= sizeof begin && memcmp(bytes, begin, sizeof begin) == 0;
}

bool is_pdf(int file)
{
    char begin[5];
    return pread(file, begin, sizeof begin, 0) == (ssize_t)sizeof begin && begins_as_pdf(begin, sizeof begin);
}

/* ---- The process ------------------------------------------------------------------------------------------------- */

/* Runs in the child process, and writes an errno to failed if it cannot become pdftoppm. Nothing here takes a lock,
 * which another thread may have held at the fork. */
static _Noreturn void become_pdftoppm(pid_t parent, int file, int pages, int messages, int failed)
{
    char *const arguments[] = {"pdftoppm", "-gray", "-r", RESOLUTION, "-", NULL};
    const struct rlimit memory = {MAX_MEMORY, MAX_MEMORY};
    sigset_t none;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILED);
    setrlimit(RLIMIT_AS, &memory);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(file, STDIN_FILENO) >= 0 && dup2(pages, STDOUT_FILENO) >= 0 && dup2(messages, STDERR_FILENO) >= 0)
        execvp(arguments[0], arguments);
    const int failure = errno;
    const ssize_t unused = write(failed, &failure, sizeof failure);
    (void)unused;
    _exit(EXIT_FAILED);
}

/* Returns an errno. */
static int spawn(pid_t *process, int file, int pages, int messages)
{
    int failed[2], failure = 0;
    const pid_t parent = getpid();
    if (pipe2(failed, O_CLOEXEC) != 0)
        return errno;
    *process = fork();
    if (*process == 0)
        become_pdftoppm(parent, file, pages, messages, failed[1]);
    if (*process < 0)
        failure = errno;
    close(failed[1]);
    ssize_t got;
    while (*process > 0 && (got = read(failed[0], &failure, sizeof failure)) < 0 && errno == EINTR)
        continue;
    close(failed[0]);
    while (failure != 0 && *process > 0 && waitpid(*process, NULL, 0) < 0 && errno == EINTR)
        continue;
    return failure;
}

static void close_both(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

/* Opens two pipes, the second one non-blocking. Returns an errno. */
static int open_pipes(int pages[2], int messages[2])
{
    if (pipe2(pages, O_CLOEXEC) != 0)
        return errno;
    if (pipe2(messages, O_CLOEXEC | O_NONBLOCK) == 0)
        return 0;
    const int failure = errno;
    close_both(pages);
    return failure;
}

static int start(pdf *p, int file)
{
    int pages[2], messages[2];
    int failure = open_pipes(pages, messages);
    if (failure != 0)
        return failure;
    failure = spawn(&p->process, file, pages[1], messages[1]);
    close(pages[1]);
    close(messages[1]);
    p->pages = pages[0];
    p->messages = messages[0];
    if (failure != 0) {
        close(pages[0]);
        close(messages[0]);
    }
    return failure;
}

int pdf_open(pdf **pages, int file, const char *name, double seconds)
{
    pdf *p = malloc(sizeof *p);
    if (!p)
        return report_out_of_memory();
    *p = (pdf){.name = name, .seconds = seconds};
    const int failure = lseek(file, 0, SEEK_SET) == 0 ? start(p, file) : errno;
    if (failure == 0) {
        *pages = p;
        return EXIT_DONE;
    }
    free(p);
    if (failure == ENOENT)
        return report_error("%s: reading PDF needs pdftoppm (Debian's poppler-utils)", name);
    return report_error("%s: pdftoppm cannot be started: %s", name, strerror(failure));
}

#define LAST_MILLISECONDS 1000 /* that a process that has closed its pipe may take to end */

/* Waits for the process after it has closed its pipe, and otherwise, or after LAST_MILLISECONDS, kills it. Returns its
 * exit code, -1 for a signal. */
static int end_process(pdf *p)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    int status = -1;
    for (int i = 0; i < LAST_MILLISECONDS && p->all && !interrupted && p->process > 0; i++)
        if (waitpid(p->process, &status, WNOHANG) == p->process)
            p->process = 0;
        else
            nanosleep(&pause, NULL);
    if (p->process > 0) {
        kill(-p->process, SIGKILL);
        while (waitpid(p->process, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    p->process = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void pdf_close(pdf *pages)
{
    if (!pages)
        return;
    if (pages->process > 0)
        end_process(pages);
    close(pages->pages);
    close(pages->messages);
    free(pages);
}

/* ---- Pages ------------------------------------------------------------------------------------------------------- */

/* Waits until there is something to read. Returns false after the time limit of the page or an interrupt. */
static bool wait_for_bytes(pdf *p)
{
    struct pollfd pages = {.fd = p->pages, .events = POLLIN};
    const double left = p->seconds - p->waited, before = lenet5_clock();
    p->late = p->seconds > 0 && left <= 0;
    const int ready = interrupted || p->late ? 0 : poll(&pages, 1, p->seconds > 0 ? (int)(1000 * left) + 1 : -1);
    p->waited += lenet5_clock() - before;
    return ready > 0;
}

/* Reads exactly that many bytes. Returns false if there are fewer. */
static bool read_all(pdf *p, void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        const bool ready = wait_for_bytes(p);
        if (interrupted || p->late)
            return false;
        const ssize_t got = ready ? read(p->pages, (char *)bytes + done, size - done) : 1;
        p->all = got == 0;
        if (got == 0)
            return false;
        done += ready && got > 0 ? (size_t)got : 0;
    }
    return true;
}

/* Parses "P5", the size and "255", a line each. Returns false at the end of the pages and for anything else. */
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

/* Reports why there is no further page, with the first line of pdftoppm's messages, unless the program was interrupted,
 * which is reported once for all files. */
static int report_unrendered(pdf *p)
{
    if (interrupted)
        return EXIT_FAILED;
    if (p->late)
        return report_error("%s: page %d: pdftoppm takes longer than %g seconds; --timeout SECONDS sets the limit",
                            p->name, p->read + 1, p->seconds);
    char text[1024];
    const ssize_t length = read(p->messages, text, sizeof text - 1);
    text[length > 0 ? length : 0] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    return report_error("%s: page %d: pdftoppm cannot render it%s%s", p->name, p->read + 1, text[0] ? ": " : "", text);
}

static int take_page(lenet5_picture *picture, pdf *p, size_t max_pixels)
{
    if (!pdf_left(p) || !p->ahead)
        return report_unrendered(p);
    const size_t width = p->width, height = p->height;
    p->ahead = false;
    if (width == 1 && height == 1) /* its substitute for a page that is too large for it */
        return report_unrendered(p);
    if (width == 0 || height == 0 || width > max_pixels / height)
        return report_error("%s: page %d: %zux%zu pixels; at most %zu can be read", p->name, p->read + 1, width, height,
                            max_pixels);
    uint8_t *grey = malloc(width * height);
    if (!grey)
        return report_out_of_memory();
    if (!read_all(p, grey, width * height)) {
        free(grey);
        return report_unrendered(p);
    }
    *picture = (lenet5_picture){width, height, grey};
    p->read++;
    p->waited = 0;
    return EXIT_DONE;
}

int pdf_next(lenet5_picture *picture, pdf *pages, size_t max_pixels)
{
    const int code = take_page(picture, pages, max_pixels);
    pages->ended |= code != EXIT_DONE;
    return code;
}
