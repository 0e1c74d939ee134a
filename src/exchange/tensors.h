/* The twelve tensors as other programs have them. */
#ifndef LENET5_EXCHANGE_TENSORS_H
#define LENET5_EXCHANGE_TENSORS_H

#include "lenet5/network.h"
#include "model/safetensors.h"

/* Which tensor of which network. */
typedef struct tensor_place {
    size_t network, tensor; /* tensor: an index of lenet5_tensors */
} tensor_place;

/*
 * Finds the place of a tensor by its name: ours or another's (docs/how-to/use-other-runtimes.md), in any case, with any
 * modules before it, and with "2/" and so on for the other networks of a committee. False if it is none of them.
 */
bool find_place(tensor_place *place, const char *name);

/* Takes all tensors of a file, and frees nothing. networks has count elements. */
lenet5_status take_networks(lenet5_network *networks, size_t count, const safetensors *file, lenet5_error *error);

#endif
