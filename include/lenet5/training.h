/* lenet5/training.h: training and evaluation. Part of liblenet5; lenet5.h has the conventions. */
#ifndef LENET5_TRAINING_H
#define LENET5_TRAINING_H

#include "data.h"
#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Training ---------------------------------------------------------------------------------------------------- */

#define LENET5_MAX_BATCH 1024

typedef struct lenet5_training_options {
    const char *recipe; /* a name from lenet5_recipe_at */
    uint64_t seed;
    unsigned epochs;  /* 0: as many as the recipe has */
    size_t batch;     /* pictures between two updates; 0: the recipe's, fixed in recipe 1998 */
    bool undistorted; /* show every picture as it is, whatever the recipe */
    unsigned threads; /* at most LENET5_MAX_THREADS; 0: one for each processor. The trained bits do not depend on it. */
    const lenet5_criterion *criterion; /* NULL: the recipe's */
    const double *negatives;           /* what is no digit, times the digits, 0 to 1; NULL: the recipe's; 0 in 1998 */

    /*
     * Distillation: each label is given up for what these networks together say of the picture as it is shown.
     * NULL: none. They stay the caller's and must outlive the training. Not in recipe 1998, and not with eq. 8.
     */
    const lenet5_committee *teacher;

    /* For the provenance alone; each may be NULL or 0. */
    const char *data_name;      /* "MNIST" */
    const char *data_sha256;    /* of the set that the pictures are a part of; NULL: the set's own */
    const char *held_out_name;  /* "test" or "validation" */
    size_t validation_pictures; /* that were kept out of the training */
} lenet5_training_options;

typedef struct lenet5_recipe_description {
    const char *name;
    const char *description;
    unsigned epochs;
    size_t batch; /* pictures between two updates */
    lenet5_criterion criterion;
} lenet5_recipe_description;

/* Recipe number index, from 0; NULL beyond the last. */
LENET5_API const lenet5_recipe_description *lenet5_recipe_at(size_t index);

/* What is known of one finished pass. */
typedef struct lenet5_epoch {
    unsigned epoch;         /* from 1 */
    double loss;            /* the mean over the pass, each picture before the update that it led to */
    size_t training_errors; /* counted the same way */
    size_t training_pictures;
    size_t held_out_errors; /* after the pass, on the pictures held out; of 0 pictures if none are */
    size_t held_out_pictures;
    double seconds;            /* that it took, its evaluation not included */
    double min_rate, max_rate; /* of the learning rates of single parameters */
} lenet5_epoch;

/*
 * A training of several threads keeps them from step to step, and fork() does not copy threads. In a child process of
 * the one that made it, it can be asked, saved and freed, which frees its memory; lenet5_training_step is
 * LENET5_E_FORKED there. With threads = 1 it can go on in the child.
 */
typedef struct lenet5_training lenet5_training;

/*
 * Prepares a training on the pictures of set, which must be 28x28 and labelled; held_out (may be NULL) is looked at
 * after every pass. Both stay the caller's and must outlive the training. Options out of their ranges are
 * LENET5_E_ARGUMENT.
 */
LENET5_API lenet5_status lenet5_training_new(lenet5_training **training, const lenet5_training_options *options,
                                             const lenet5_dataset *set, const lenet5_dataset *held_out,
                                             lenet5_error *error);

/* What a checkpoint says of its training: all options that its bits depend on, and how far it is. */
typedef struct lenet5_checkpoint {
    lenet5_provenance provenance; /* its passes are those that are finished */
    unsigned epochs_total;
    size_t batch;     /* pictures between two updates */
    double negatives; /* what is no digit, times the digits, 0 to 1 */
    bool undistorted;
} lenet5_checkpoint;

/* Reads it from a checkpoint. LENET5_E_CHECKPOINT for a finished model, or for one of a recipe that is not known. */
LENET5_API lenet5_status lenet5_checkpoint_load(lenet5_checkpoint *checkpoint, const char *path, lenet5_error *error);

/*
 * Continues from a checkpoint, to the same bits as if there had been no interruption. The recipe, the seed, the loss
 * and the number of passes come from the file, and the data and the teacher must be those that it names: of options
 * (which may be NULL) only threads, data_sha256 and teacher count.
 */
LENET5_API lenet5_status lenet5_training_resume(lenet5_training **training, const char *path,
                                                const lenet5_training_options *options, const lenet5_dataset *set,
                                                const lenet5_dataset *held_out, lenet5_error *error);

/*
 * One update: a batch of pictures (a single one in recipe 1998) forward and backward. The first step of a pass also
 * settles its order and learning rates, the last one also evaluates on the held-out pictures.
 */
LENET5_API lenet5_status lenet5_training_step(lenet5_training *training, lenet5_error *error);

/* Writes all that is needed to continue: a safetensors file which is a model file as well. */
LENET5_API lenet5_status lenet5_training_save(const char *path, const lenet5_training *training, lenet5_error *error);

/* How far it is: finished passes, pictures seen in the one under way, and passes in all. */
LENET5_API bool lenet5_training_finished(const lenet5_training *training);
LENET5_API unsigned lenet5_training_epochs_done(const lenet5_training *training);
LENET5_API unsigned lenet5_training_epochs_total(const lenet5_training *training);
LENET5_API size_t lenet5_training_pictures_seen(const lenet5_training *training);

/* How many pictures a pass has: those of the set and, in some recipes, others that are no digits. */
LENET5_API size_t lenet5_training_epoch_length(const lenet5_training *training);

/*
 * What pass number pass, from 1, shows the network of picture number picture of the set: grey levels of the whole
 * input. Pictures from the set's count to below lenet5_training_epoch_length are those that are no digits.
 */
LENET5_API void lenet5_training_show(uint8_t shown[32][32], const lenet5_training *training, unsigned pass,
                                     size_t picture);

/* What is known of the finished pass number index, from 0 to below lenet5_training_epochs_done; NULL for any other. */
LENET5_API const lenet5_epoch *lenet5_training_epoch(const lenet5_training *training, unsigned index);

/* The mean loss over the pictures of the pass under way; 0 before the first. */
LENET5_API double lenet5_training_loss(const lenet5_training *training);

/* The network as it would be saved now, and its provenance. */
LENET5_API void lenet5_training_model(lenet5_model *model, const lenet5_training *training);

LENET5_API void lenet5_training_free(lenet5_training *training);

/* ---- Evaluation -------------------------------------------------------------------------------------------------- */

/* What a network says of a set of pictures. */
typedef struct lenet5_evaluation {
    size_t count, errors;
    size_t confusion[LENET5_CLASSES][LENET5_CLASSES]; /* row: truth, column: answer */
    float (*penalty)[LENET5_CLASSES];                 /* (count): what the output layer said of each picture */
    double seconds;                                   /* that the passes took */
} lenet5_evaluation;

/* Runs every picture of a labelled set of 28x28 through the network. threads as in the training options. */
LENET5_API lenet5_status lenet5_evaluate(lenet5_evaluation *evaluation, const lenet5_network *network,
                                         const lenet5_dataset *set, unsigned threads, lenet5_error *error);

/* How a picture is seen: moved, enlarged, turned and so on about the middle of the 32x32 input. All are finite. */
typedef struct lenet5_view {
    float right, down; /* pixels, at most 1000 either way */
    float rotation;    /* radians, clockwise, at most 1000 either way */
    float size;        /* times, 0.001 to 1000; 0 stands for 1 */
    float shear;       /* pixels to the left for each row upwards, at most 1000 either way */
    float noise;       /* grey levels, 0 to 255, at most, either way */
} lenet5_view;

/*
 * The same with a committee; with a view that is not NULL every picture is seen in that way (the paper's figure 13),
 * and what leaves the 32x32 input is lost.
 */
LENET5_API lenet5_status lenet5_committee_evaluate(lenet5_evaluation *evaluation, const lenet5_committee *committee,
                                                   const lenet5_dataset *set, const lenet5_view *view, unsigned threads,
                                                   lenet5_error *error);

LENET5_API void lenet5_evaluation_free(lenet5_evaluation *evaluation);

/*
 * The least fraction of the pictures that has to be rejected for the error among the rest to be at most error_rate, the
 * most doubtful first: those whose answer has the least probability by loss (the paper's figure 10). 0 to 1. threshold
 * (may be NULL) becomes the least probability that is still accepted; 1 if none is. error_rate is 0 to 1, and set the
 * one that was evaluated.
 */
LENET5_API lenet5_status lenet5_rejection(double *rejected, double *threshold, const lenet5_evaluation *evaluation,
                                          const lenet5_dataset *set, const lenet5_loss *loss, double error_rate,
                                          lenet5_error *error);

/*
 * The expected calibration error, 0 to 1: the mean difference between the probability of the answers and the share of
 * them that is right, over 15 equal ranges of probability. NAN if the evaluation is not of as many labelled pictures as
 * set has.
 */
LENET5_API double lenet5_calibration_error(const lenet5_evaluation *evaluation, const lenet5_dataset *set,
                                           const lenet5_loss *loss);

/*
 * Settles a committee's scale and j on pictures that it was not trained on, so that its probabilities are those that
 * the pictures have (the least mean of -log of them); where its recipe trains on negatives (pieces of digits, pairs,
 * letters, blots ...), with one of them drawn for every thirty pictures; and then its thresholds. set has 28x28
 * pictures, labelled, 100 at least.
 */
LENET5_API lenet5_status lenet5_calibrate(lenet5_committee *committee, const lenet5_dataset *set, unsigned threads,
                                          lenet5_error *error);

#ifdef __cplusplus
}
#endif

#endif
