/* lenet5/model.h: model files, built-in models and committees. Part of liblenet5; lenet5.h has the conventions. */
#ifndef LENET5_MODEL_H
#define LENET5_MODEL_H

#include "network.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Model files ------------------------------------------------------------------------------------------------- */

/* Error rates among the answers that are accepted, for which a model may know how sure it has to be: 2 %, 1 %, 0.5 %,
 * 0.2 %, 0.1 %, 0.05 %. */
#define LENET5_RISKS 6
LENET5_API extern const double lenet5_risks[LENET5_RISKS];

#define LENET5_MAX_EPOCHS 1000

/* Where a network comes from and how its penalties are to be read; kept in the file's __metadata__. */
typedef struct lenet5_provenance {
    char recipe[32];  /* "1998" */
    lenet5_loss loss; /* that its posteriors are computed with; its j and scale are the training's until calibrated */
    double thresholds[LENET5_RISKS]; /* the least probability of an answer for each of lenet5_risks; 0: not known */
    uint64_t seed;
    unsigned epochs;         /* through the training set */
    char data_name[64];      /* "MNIST", "synthetic digits" */
    char data_sha256[65];    /* of the training pictures and labels */
    char teacher_sha256[65]; /* of the committee that taught it; "" if none did */
    size_t training_pictures;
    size_t validation_pictures; /* held out at the end of the training set */
    char held_out_name[32];     /* what the errors below were counted on: "test", "validation" or "" */
    size_t held_out_pictures;
    size_t held_out_errors;
} lenet5_provenance;

typedef struct lenet5_model {
    lenet5_network network;
    lenet5_provenance provenance;
} lenet5_model;

/* Reads a model from a safetensors file; every byte is checked. A checkpoint is read too, for the network it holds. */
LENET5_API lenet5_status lenet5_model_load(lenet5_model *model, const char *path, lenet5_error *error);

/* The same from the bytes of such a file, which may go afterwards; name stands for them in errors. */
LENET5_API lenet5_status lenet5_model_parse(lenet5_model *model, const void *bytes, size_t size, const char *name,
                                            lenet5_error *error);

/*
 * The trained model that is a part of the library (models/README.md says how it was made). It is unpacked at the first
 * call, which any thread may make; NULL if there was no memory for that.
 */
LENET5_API const lenet5_model *lenet5_builtin(void);

/* The same for lenet5_read: a network that has also been trained on what is cut out of strings of digits. */
LENET5_API const lenet5_model *lenet5_builtin_strings(void);

/*
 * The same for lenet5_read: a network that says whether what looks like a digit or a mark is one. Its labels are 0 to 4
 * for the digits 0 and 1, 2 and 3, 4 and 5, 6 and 7, 8 and 9; 5 for capitals, 6 for small letters, 7 for signs, 8 for
 * marks and 9 for Hangul.
 */
LENET5_API const lenet5_model *lenet5_builtin_signs(void);

/*
 * Writes a model beside path and renames it: a file of that name is whole, before and after. The same model, the same
 * bytes. A model that lenet5_model_load would refuse is refused with the same status, and nothing is written:
 * LENET5_E_MODEL_NUMBER for a weight, LENET5_E_MODEL_METADATA for an entry of the provenance, whose texts are UTF-8.
 */
LENET5_API lenet5_status lenet5_model_save(const char *path, const lenet5_model *model, lenet5_error *error);

/* ---- Committees -------------------------------------------------------------------------------------------------- */

#define LENET5_MAX_COMMITTEE 64

/*
 * Networks that answer together, by the mean of their penalties. One network is a committee too; functions that return
 * a status refuse one of none, or of more than LENET5_MAX_COMMITTEE, with LENET5_E_ARGUMENT.
 */
typedef struct lenet5_committee {
    size_t count;
    lenet5_network *networks;
    lenet5_provenance provenance; /* the first network's; loss and thresholds hold for the means */
} lenet5_committee;

/* Reads the networks of one or more model files, each of which may hold several. */
LENET5_API lenet5_status lenet5_committee_load(lenet5_committee *committee, const char *const *paths, size_t count,
                                               lenet5_error *error);

/* Writes them to one file, as lenet5_model_save does with one network. */
LENET5_API lenet5_status lenet5_committee_save(const char *path, const lenet5_committee *committee,
                                               lenet5_error *error);

LENET5_API void lenet5_committee_free(lenet5_committee *committee);

/* SHA-256 of the weights, in hexadecimal. */
LENET5_API void lenet5_committee_sha256(char sha256[65], const lenet5_committee *committee);

/*
 * The mean penalties for the input in maps, whose other states become the last network's: the sum of each network's
 * penalty divided by their number, in the order of the networks. Without a network every penalty is INFINITY.
 */
LENET5_API void lenet5_committee_forward(float penalty[LENET5_CLASSES], lenet5_maps *maps,
                                         const lenet5_committee *committee);

/* The same for 16 pictures at once. */
LENET5_API void lenet5_committee_forward_lanes(float penalty[LENET5_LANES][LENET5_CLASSES], lenet5_lanes *maps,
                                               const lenet5_committee *committee);

/*
 * How probable an answer has to be for at most the share max_error of those that are accepted to be wrong, by the
 * thresholds for the greatest of lenet5_risks that is not above it. LENET5_E_ARGUMENT if max_error is below all of
 * them, above 1 or not a number, or the model knows no thresholds.
 */
LENET5_API lenet5_status lenet5_threshold(double *threshold, const lenet5_provenance *provenance, double max_error,
                                          lenet5_error *error);

#ifdef __cplusplus
}
#endif

#endif
