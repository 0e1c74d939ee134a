/* lenet5/model.h: model files, built-in models and committees. Part of liblenet5. The conventions stand in lenet5.h. */
#ifndef LENET5_MODEL_H
#define LENET5_MODEL_H

#include "network.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Models ------------------------------------------------------------------------------------------------------ */

/*
 * The error rates that a model may have thresholds for: 2 %, 1 %, 0.5 %, 0.2 %, 0.1 %, 0.05 % of the accepted answers.
 */
#define LENET5_RISKS 6
LENET5_API extern const double lenet5_risks[LENET5_RISKS];

/* The maximum number of epochs of a training. */
#define LENET5_MAX_EPOCHS 1000

/*
 * Where a network comes from and how its penalties become probabilities: the file's __metadata__. Texts are UTF-8.
 * Frozen.
 */
typedef struct lenet5_provenance {
    char recipe[32];                 /* "1998" */
    lenet5_loss loss;                /* for posteriors; j and scale are the training's until lenet5_calibrate */
    double thresholds[LENET5_RISKS]; /* least probability of an accepted answer, for each of lenet5_risks; 0: unknown */
    uint64_t seed;
    unsigned epochs;         /* finished */
    char data_name[64];      /* "MNIST", "synthetic digits" */
    char data_sha256[65];    /* of the training pictures and labels */
    char teacher_sha256[65]; /* of the committee that taught it (lenet5_committee_sha256); "" without one */
    size_t training_pictures;
    size_t validation_pictures; /* held out at the end of the training set */
    char held_out_name[32];     /* the set of the errors below: "test", "validation" or "" */
    size_t held_out_pictures;
    size_t held_out_errors;
} lenet5_provenance;

/* A network and its provenance: 240 KB. Frozen. */
typedef struct lenet5_model {
    lenet5_network network;
    lenet5_provenance provenance;
} lenet5_model;

/*
 * Reads a model from a safetensors file, and checks every byte. A checkpoint is a model file too, of the network as it
 * was. LENET5_E_OPEN, LENET5_E_READ or LENET5_E_MODEL_...; the error's offset is the byte at fault. Thread-safe.
 */
LENET5_API lenet5_status lenet5_model_load(lenet5_model *model, const char *path, lenet5_error *error);

/*
 * Reads a model from the bytes of such a file, which it does not keep. name stands for the file in error messages.
 * LENET5_E_MODEL_.... Thread-safe.
 */
LENET5_API lenet5_status lenet5_model_parse(lenet5_model *model, const void *bytes, size_t size, const char *name,
                                            lenet5_error *error);

/*
 * Writes a model as the file path, which at any time is whole, as before or new. Equal models become equal bytes. A
 * model that lenet5_model_load would refuse is refused with the same status, and nothing is written:
 * LENET5_E_MODEL_NUMBER for a weight, LENET5_E_MODEL_METADATA for an entry of the provenance. LENET5_E_WRITE.
 * Thread-safe.
 */
LENET5_API lenet5_status lenet5_model_save(const char *path, const lenet5_model *model, lenet5_error *error);

/*
 * Writes to threshold the least probability of an accepted answer for at most the share max_error of the accepted
 * answers to be wrong, by the model's threshold for the greatest of lenet5_risks that is not above it.
 * LENET5_E_ARGUMENT if max_error is below all of them, above 1 or not a number, or if the model has no thresholds.
 * Thread-safe.
 */
LENET5_API lenet5_status lenet5_threshold(double *threshold, const lenet5_provenance *provenance, double max_error,
                                          lenet5_error *error);

/* ---- Built-in models --------------------------------------------------------------------------------------------- */

/*
 * Returns the trained model that is a part of the library (models/README.md describes its training). It is unpacked at
 * the first call; NULL if there was no memory for that, then and in later calls. Thread-safe.
 */
LENET5_API const lenet5_model *lenet5_builtin(void);

/*
 * Returns the model that lenet5_read uses by default: trained also on what is cut out of strings of digits, and
 * otherwise as lenet5_builtin. Thread-safe.
 */
LENET5_API const lenet5_model *lenet5_builtin_strings(void);

/*
 * Returns the model by which lenet5_read decides whether something that resembles a digit or a mark is one, otherwise
 * as lenet5_builtin. Its classes are 0 to 4 for the digits 0 and 1, 2 and 3, 4 and 5, 6 and 7, 8 and 9; 5 for capitals,
 * 6 for small letters, 7 for signs, 8 for marks and 9 for Hangul. Thread-safe.
 */
LENET5_API const lenet5_model *lenet5_builtin_signs(void);

/* ---- Committees -------------------------------------------------------------------------------------------------- */

#define LENET5_MAX_COMMITTEE 64

/*
 * Networks that answer together, by the mean of their penalties. One network is a committee too. Functions that return
 * a status refuse count 0 or above LENET5_MAX_COMMITTEE with LENET5_E_ARGUMENT. Frozen.
 */
typedef struct lenet5_committee {
    size_t count;
    lenet5_network *networks;
    lenet5_provenance provenance; /* the first network's; loss and thresholds hold for the means */
} lenet5_committee;

/*
 * Reads the networks of count model files, each of which may hold several, in the order of paths. The errors of
 * lenet5_model_load. Free the committee. Thread-safe.
 */
LENET5_API lenet5_status lenet5_committee_load(lenet5_committee *committee, const char *const *paths, size_t count,
                                               lenet5_error *error);

/* Writes a committee to one file, as lenet5_model_save does a model. Thread-safe. */
LENET5_API lenet5_status lenet5_committee_save(const char *path, const lenet5_committee *committee,
                                               lenet5_error *error);

/* Frees a committee, and zeroes it. One thread at a time for each committee. */
LENET5_API void lenet5_committee_free(lenet5_committee *committee);

/* Writes the SHA-256 of the weights, in hexadecimal. Thread-safe. */
LENET5_API void lenet5_committee_sha256(char sha256[65], const lenet5_committee *committee);

/*
 * Computes the mean penalties for the input in maps: the sum of each network's penalty divided by their number, in the
 * order of the networks. The other members of maps become the last network's. For count 0, every penalty is INFINITY.
 * Thread-safe.
 */
LENET5_API void lenet5_committee_forward(float penalty[LENET5_CLASSES], lenet5_maps *maps,
                                         const lenet5_committee *committee);

/* Computes the mean penalties of 16 pictures, as lenet5_committee_forward does of one. Thread-safe. */
LENET5_API void lenet5_committee_forward_lanes(float penalty[LENET5_LANES][LENET5_CLASSES], lenet5_lanes *maps,
                                               const lenet5_committee *committee);

#ifdef __cplusplus
}
#endif

#endif
