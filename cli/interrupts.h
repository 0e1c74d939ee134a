/* Ctrl-C and SIGTERM: work is stopped at the next convenient point, and then the process ends by the signal. */
#ifndef LENET5_CLI_INTERRUPTS_H
#define LENET5_CLI_INTERRUPTS_H

#include <signal.h>

/*
 * The number of the signal, SIGINT or SIGTERM, that came after watch_interrupts; 0: none. Work checks it, saves its
 * state and returns. A process that takes longer than BACKSTOP_MICROSECONDS, or gets a second signal, ends at once:
 * files are renamed into place when they are complete, so none is left half written. Blocking reads fail with EINTR.
 */
extern volatile sig_atomic_t interrupted;
void watch_interrupts(void);

/*
 * Sets the line that a process prints which ends at once, in place of "lenet5: interrupted"; it is cut off at
 * INTERRUPT_MESSAGE_SIZE bytes. Under MPI a process waits for the others when a signal comes, and cannot continue.
 */
#define INTERRUPT_MESSAGE_SIZE 32768
void set_interrupt_message(const char *message);

/* Ends the process by that signal's default action, so that its parent sees the signal. */
_Noreturn void end_by_signal(int number);

#endif
