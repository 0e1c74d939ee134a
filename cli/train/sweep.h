/* A sweep: the same training for each of several seeds, and the error of all. */
#ifndef LENET5_CLI_SWEEP_H
#define LENET5_CLI_SWEEP_H

#include "begin.h"

/*
 * Trains a network for each seed of the job, several in parallel, and under MPI each by one of the ranks. Writes each as
 * a model, NAME-SEED.safetensors if --out is NAME.safetensors, and prints the errors, their mean and its interval, also
 * to the log. With --resume, models that are finished stay, and checkpoints are continued. Returns an exit code.
 */
int train_sweep(job *j);

#endif
