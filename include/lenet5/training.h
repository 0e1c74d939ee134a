/* lenet5/training.h: training, evaluation and calibration. Part of liblenet5. The conventions stand in lenet5.h. */
#ifndef LENET5_TRAINING_H
#define LENET5_TRAINING_H

#include "data.h"
#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Recipes ----------------------------------------------------------------------------------------------------- */

/* A recipe: all that decides how a network is trained, apart from data and seed. Grows. */
typedef struct lenet5_recipe_description {
    const char *name; /* "1998", the paper's (appendix C); "fast", "best", "read", "hands", "amounts" */
    const char *description;
    unsigned epochs;
    size_t batch; /* pictures between two updates */
    lenet5_criterion criterion;
} lenet5_recipe_description;

/*
 * Returns recipe number index, from 0; NULL beyond the last. Recipe "strings" is not among them: it needs the reader,
 * and lenet5 train has it. Thread-safe.
 */
LENET5_API const lenet5_recipe_description *lenet5_recipe_at(size_t index);

/* ---- Training ---------------------------------------------------------------------------------------------------- */

#define LENET5_MAX_BATCH 1024

/* Options of a training; 0 and NULL are the defaults, but recipe is required. Grows. */
typedef struct lenet5_training_options {
    size_t size;        /* sizeof(lenet5_training_options); 0: the members up to validation_pictures */
    const char *recipe; /* a name from lenet5_recipe_at */
    uint64_t seed;
    unsigned epochs;  /* at most LENET5_MAX_EPOCHS; 0: the recipe's */
    size_t batch;     /* pictures between two updates, at most LENET5_MAX_BATCH; 0: the recipe's; 1 in recipe 1998 */
    bool undistorted; /* show every picture as it is, whatever the recipe */
    unsigned threads; /* at most LENET5_MAX_THREADS; 0: the number of processors. The weights do not depend on it. */
    const lenet5_criterion *criterion; /* NULL: the recipe's */
    const double *negatives;           /* shown pictures that are no digits, as a share of the digits, 0 to 1, labelled
                                          rubbish; NULL: the recipe's; 0 in recipe 1998 */

    /*
     * Distillation: each label is replaced by the posterior of these networks for the picture as shown. They must
     * outlive the training. NULL: none. Not in recipe 1998, and not with eq. 8.
     */
    const lenet5_committee *teacher;

    /* For the provenance alone; each may be NULL or 0. */
    const char *data_name;      /* "MNIST" */
    const char *data_sha256;    /* of the set that the pictures are a part of; NULL: the set's own */
    const char *held_out_name;  /* "test" or "validation" */
    size_t validation_pictures; /* kept out of the training */

    bool without_drawn; /* leave out drawn digits and ligatures, for a set that is not of digits */

    /* The network to begin with; copied. NULL: random weights. Recipes hands and amounts are for a trained one, and the
     * model is a weighted mean of it and of what they learn. */
    const lenet5_network *start;
} lenet5_training_options;

/* Statistics of a finished epoch, a run through the training set. Grows. */
typedef struct lenet5_epoch {
    unsigned epoch;           /* from 1 */
    double loss;              /* mean over the epoch, each picture before the update that it led to */
    size_t training_errors;   /* counted in the same way */
    size_t training_pictures; /* digits alone */
    size_t held_out_errors;   /* after the epoch */
    size_t held_out_pictures; /* 0 without a held-out set */
    double seconds;           /* without the evaluation */
    double min_rate;          /* least learning rate of a parameter */
    double max_rate;
} lenet5_epoch;

/*
 * A training. With several threads, it keeps them from step to step, and fork() does not copy threads: in a child of
 * the process that made it, lenet5_training_step returns LENET5_E_FORKED, while the training can still be queried,
 * saved and freed. With threads = 1, it can go on in the child.
 */
typedef struct lenet5_training lenet5_training;

/*
 * Starts a training on set, 28x28 and labelled. held_out (may be NULL) is evaluated after every epoch. Both sets must
 * outlive the training. LENET5_E_ARGUMENT for options out of range, LENET5_E_IDX_LABEL for a set's label. Free the
 * training. Thread-safe.
 */
LENET5_API lenet5_status lenet5_training_new(lenet5_training **training, const lenet5_training_options *options,
                                             const lenet5_dataset *set, const lenet5_dataset *held_out,
                                             lenet5_error *error);

/* The options that a checkpoint's training had, and how far it is. Frozen. */
typedef struct lenet5_checkpoint {
    lenet5_provenance provenance; /* with the epochs that are finished */
    unsigned epochs_total;
    size_t batch;     /* pictures between two updates */
    double negatives; /* as in lenet5_training_options */
    bool undistorted, without_drawn;
} lenet5_checkpoint;

/*
 * Reads the options of a checkpoint. LENET5_E_CHECKPOINT for a finished model or an unknown recipe, else the errors of
 * lenet5_model_load. Thread-safe.
 */
LENET5_API lenet5_status lenet5_checkpoint_load(lenet5_checkpoint *checkpoint, const char *path, lenet5_error *error);

/*
 * Continues from the checkpoint path, to the same weights, bit by bit, as without the interruption. Recipe, seed, loss
 * and epochs come from the file. Data and teacher must be those that it names, else LENET5_E_CHECKPOINT. Of options
 * (may be NULL), only threads, data_sha256 and teacher are used. LENET5_E_ARGUMENT for a training of recipe "strings".
 * Free the training. Thread-safe.
 */
LENET5_API lenet5_status lenet5_training_resume(lenet5_training **training, const char *path,
                                                const lenet5_training_options *options, const lenet5_dataset *set,
                                                const lenet5_dataset *held_out, lenet5_error *error);

/*
 * Makes one update: shows a batch of pictures (one in recipe 1998), forward and backward. The first step of an epoch
 * also draws its order and sets its learning rates; the last one also evaluates the held-out set. After the last epoch,
 * it does nothing and returns LENET5_OK. LENET5_E_DIVERGED, LENET5_E_FORKED. One thread at a time for each training.
 */
LENET5_API lenet5_status lenet5_training_step(lenet5_training *training, lenet5_error *error);

/*
 * Writes a checkpoint, all that is needed to continue: a safetensors file that is a model file too. LENET5_E_WRITE, and
 * the errors of lenet5_model_save. One thread at a time for each training.
 */
LENET5_API lenet5_status lenet5_training_save(const char *path, const lenet5_training *training, lenet5_error *error);

/*
 * Return the progress: whether the last epoch is finished, the number of finished epochs, that of all epochs, and the
 * pictures of the current epoch that have been shown. One thread at a time for each training.
 */
LENET5_API bool lenet5_training_finished(const lenet5_training *training);
LENET5_API unsigned lenet5_training_epochs_done(const lenet5_training *training);
LENET5_API unsigned lenet5_training_epochs_total(const lenet5_training *training);
LENET5_API size_t lenet5_training_pictures_seen(const lenet5_training *training);

/* Returns the number of pictures of an epoch: the set's, drawn digits and negatives. One thread at a time for each
 * training. */
LENET5_API size_t lenet5_training_epoch_length(const lenet5_training *training);

/*
 * Writes the network's input, in grey levels, that epoch number epoch, from 1, makes of picture number picture of the
 * set. Numbers from the set's count to below lenet5_training_epoch_length are drawn digits, then negatives. One thread
 * at a time for each training.
 */
LENET5_API void lenet5_training_show(uint8_t shown[32][32], const lenet5_training *training, unsigned epoch,
                                     size_t picture);

/*
 * Returns the statistics of finished epoch number index, from 0 to below lenet5_training_epochs_done, else NULL. They
 * are valid until the training is freed. One thread at a time for each training.
 */
LENET5_API const lenet5_epoch *lenet5_training_epoch(const lenet5_training *training, unsigned index);

/*
 * Returns the mean loss of the pictures shown in the current epoch; 0 before the first. One thread at a time for each
 * training.
 */
LENET5_API double lenet5_training_loss(const lenet5_training *training);

/* Writes the network and the provenance that lenet5_training_save would. One thread at a time for each training. */
LENET5_API void lenet5_training_model(lenet5_model *model, const lenet5_training *training);

/* Frees a training. One thread at a time for each training. */
LENET5_API void lenet5_training_free(lenet5_training *training);

/* ---- Evaluation -------------------------------------------------------------------------------------------------- */

/* The answers to a set of pictures. Frozen. */
typedef struct lenet5_evaluation {
    size_t count, errors;
    size_t confusion[LENET5_CLASSES][LENET5_CLASSES]; /* row: label, column: answer */
    float (*penalty)[LENET5_CLASSES];                 /* (count, 10) */
    double seconds;                                   /* of the forward passes */
} lenet5_evaluation;

/*
 * Classifies every picture of a set, 28x28 and labelled. threads is at most LENET5_MAX_THREADS, 0: the number of
 * processors. Free the evaluation. Thread-safe.
 */
LENET5_API lenet5_status lenet5_evaluate(lenet5_evaluation *evaluation, const lenet5_network *network,
                                         const lenet5_dataset *set, unsigned threads, lenet5_error *error);

/* A transformation of pictures about the middle of the 32x32 input, as in figure 13. All numbers are finite. Frozen. */
typedef struct lenet5_view {
    float right, down; /* shift in pixels, at most 1000 either way */
    float rotation;    /* radians clockwise, at most 1000 either way */
    float size;        /* factor, 0.001 to 1000; 0 stands for 1 */
    float shear;       /* pixels to the left for each row upwards, at most 1000 either way */
    float noise;       /* grey levels, 0 to 255, at most, either way */
} lenet5_view;

/*
 * Classifies a set by a committee. With a view that is not NULL, every picture is transformed first, and what leaves
 * the 32x32 input is lost. Otherwise as lenet5_evaluate; LENET5_E_ARGUMENT for a view out of range. Thread-safe.
 */
LENET5_API lenet5_status lenet5_committee_evaluate(lenet5_evaluation *evaluation, const lenet5_committee *committee,
                                                   const lenet5_dataset *set, const lenet5_view *view, unsigned threads,
                                                   lenet5_error *error);

/* Frees an evaluation, and zeroes it. One thread at a time for each evaluation. */
LENET5_API void lenet5_evaluation_free(lenet5_evaluation *evaluation);

/*
 * Computes the least share of the pictures, 0 to 1, that has to be rejected for the error of the others to be at most
 * error_rate, 0 to 1 (figure 10). The answers with the least probability by loss are rejected first. threshold (may be
 * NULL) becomes the least probability that is accepted, 1 if none is. set is the one that was evaluated. Thread-safe.
 */
LENET5_API lenet5_status lenet5_rejection(double *rejected, double *threshold, const lenet5_evaluation *evaluation,
                                          const lenet5_dataset *set, const lenet5_loss *loss, double error_rate,
                                          lenet5_error *error);

/* ---- Calibration ------------------------------------------------------------------------------------------------- */

/*
 * Returns the expected calibration error, 0 to 1: the mean difference between the probability of the answers and the
 * share of right ones, over 15 equal ranges of probability. NAN if the numbers of pictures of evaluation and set
 * differ, or without labels. Thread-safe.
 */
LENET5_API double lenet5_calibration_error(const lenet5_evaluation *evaluation, const lenet5_dataset *set,
                                           const lenet5_loss *loss);

/*
 * Fits scale and j of a committee's loss, and its thresholds, to pictures that it was not trained on: the mean of
 * -log(probability of the label) becomes least. Where the recipe has negatives, one is drawn for every thirty pictures.
 * Where it has drawn digits, the thresholds hold for these too, distorted as in a training, unless the committee
 * misreads more than half of them, as one whose classes are not the digits does.
 * set has 100 or more labelled pictures of 28x28. threads as in lenet5_evaluate. One thread at a time for each
 * committee.
 */
LENET5_API lenet5_status lenet5_calibrate(lenet5_committee *committee, const lenet5_dataset *set, unsigned threads,
                                          lenet5_error *error);

#ifdef __cplusplus
}
#endif

#endif
