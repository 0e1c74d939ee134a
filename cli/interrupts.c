#include "interrupts.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define BACKSTOP_MICROSECONDS 300000 /* enough to save a checkpoint */

volatile sig_atomic_t interrupted = 0;

_Noreturn void end_by_signal(int number)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, number);
    signal(number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    raise(number);
    _Exit(128 + number);
}

static char message[INTERRUPT_MESSAGE_SIZE] = "lenet5: interrupted\n";

void set_interrupt_message(const char *new)
{
    snprintf(message, sizeof message, "%s%s", new, new[0] ? "\n" : "");
}

static void end_now(int number)
{
    const ssize_t unused = write(STDERR_FILENO, message, strlen(message));
    (void)unused;
    (void)number;
    end_by_signal(interrupted);
}

/* Signal handler. setitimer, a mere system call, may be called in one. */
static void interrupt(int number)
{
    const struct itimerval backstop = {.it_value = {.tv_usec = BACKSTOP_MICROSECONDS}};
    if (interrupted)
        end_now(number);
    interrupted = number;
    setitimer(ITIMER_REAL, &backstop, NULL);
}

void watch_interrupts(void)
{
    struct sigaction action = {.sa_handler = interrupt}, last = {.sa_handler = end_now};
    sigemptyset(&action.sa_mask);
    sigemptyset(&last.sa_mask);
    sigaction(SIGALRM, &last, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}
