/*
 * lenet5.h: LeNet-5 of LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition",
 * Proc. IEEE 86(11), November 1998 ("the paper"): the network, its training, its data and its model files.
 *
 * Conventions that hold for every function below:
 *
 *   Order       What is written comes first, then what is read, then sizes.
 *   Pictures    28x28 bytes, row by row from the top left: 0 is paper, 255 is ink. The network's input is 32x32
 * numbers, paper -0.1 and ink 1.175 (section II-B of the paper), the picture in its middle. Errors      A function that
 * can fail returns a lenet5_status, 0 or negative, and fills the lenet5_error it is given (which may be NULL). Its
 * outputs are then untouched. Functions that return void cannot fail. Memory      The caller owns every struct. What a
 * function allocates inside one has its own ..._free, which takes a zeroed struct too. Nothing on the path from picture
 * to digit allocates. Threads     The library has no mutable globals. Any number of threads may read one network or
 * data set at the same time; each brings its own lenet5_maps. A lenet5_training is one thread's at a time. Silence The
 * library never prints and never exits, whatever bytes it is fed.
 */
#ifndef LENET5_H
#define LENET5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32) || !defined(__GNUC__)
#define LENET5_API
#else
#define LENET5_API __attribute__((visibility("default")))
#endif

#define LENET5_VERSION "0.1.0"

/* The version of the library at run time, as LENET5_VERSION is that at compile time. */
LENET5_API const char *lenet5_version(void);

/* ---- Errors ------------------------------------------------------------------------------------------------------ */

typedef enum lenet5_status {
    LENET5_OK = 0,
    LENET5_E_ARGUMENT = -1, /* a value outside its documented range */
    LENET5_E_MEMORY = -2,   /* out of memory */
    LENET5_E_OPEN = -3,     /* a file that cannot be opened */
    LENET5_E_READ = -4,     /* a file that cannot be read, or whose compression is damaged */
    LENET5_E_WRITE = -5,    /* a file that cannot be written; none is left half written */
    LENET5_E_DIVERGED = -6, /* the training has diverged: the loss is not finite, or grows */
    LENET5_E_TIME = -7,     /* the time limit that the caller has set is reached */
    LENET5_E_STOPPED = -8,  /* the caller has asked for an end */
    LENET5_E_FORKED = -9,   /* threads that a fork has left behind in the parent process */

    LENET5_E_DATA_MISSING = -20,   /* no such set in that folder */
    LENET5_E_IDX_MAGIC = -21,      /* does not begin as an IDX file does */
    LENET5_E_IDX_TYPE = -22,       /* its numbers are not of the type that is needed */
    LENET5_E_IDX_DIMENSIONS = -23, /* not as many dimensions as needed, or sizes out of range */
    LENET5_E_IDX_TRUNCATED = -24,  /* ends before its header says */
    LENET5_E_IDX_TRAILING = -25,   /* goes on after its header says that it ends */
    LENET5_E_IDX_LABEL = -26,      /* a label that is not 0 to 9 */
    LENET5_E_IDX_COUNT = -27,      /* pictures and labels differ in number */

    LENET5_E_MODEL_TRUNCATED = -40,   /* ends before its header says */
    LENET5_E_MODEL_HEADER_SIZE = -41, /* a header of impossible size */
    LENET5_E_MODEL_JSON = -42,        /* a header that is not strict JSON, or not of the safetensors form */
    LENET5_E_MODEL_DTYPE = -43,       /* a tensor of another type than needed */
    LENET5_E_MODEL_SHAPE = -44,       /* a tensor of another shape than LeNet-5's */
    LENET5_E_MODEL_OFFSETS = -45,     /* tensors that overlap, leave holes or have impossible offsets */
    LENET5_E_MODEL_MISSING = -46,     /* a tensor or an entry of the metadata is missing */
    LENET5_E_MODEL_UNKNOWN = -47,     /* a tensor that LeNet-5 does not have */
    LENET5_E_MODEL_NUMBER = -48,      /* a number that is not finite, or a weight beyond LENET5_MAX_WEIGHT */
    LENET5_E_MODEL_CHECKSUM = -49,    /* the numbers are not those that were written */
    LENET5_E_MODEL_METADATA = -50,    /* an entry of the metadata with an impossible value */
    LENET5_E_CHECKPOINT = -51,        /* a checkpoint that belongs to other data or to another recipe */

    LENET5_E_PICTURE_FORMAT = -60, /* not a picture of a format that is read */
    LENET5_E_PICTURE_SIZE = -61,   /* a picture too large or too small */
    LENET5_E_PICTURE_EMPTY = -62   /* a picture without ink */
} lenet5_status;

#define LENET5_NO_OFFSET UINT64_MAX

typedef struct lenet5_error {
    lenet5_status status;
    uint64_t offset;   /* the byte of the file at which it went wrong, or LENET5_NO_OFFSET */
    char message[640]; /* one line for a person: the file, the place, the remedy */
} lenet5_error;

/* What a status means, in a few words; a constant string for any value. */
LENET5_API const char *lenet5_strerror(lenet5_status status);

/* ---- Files ---------------------------------------------------------------------------------------------------- */

typedef struct lenet5_bytes {
    const void *data;
    size_t size;
} lenet5_bytes;

/*
 * Writes count pieces of memory, one after the other, as the file path: whatever happens, either the old file or the
 * new one is there, whole and synced. A file that is replaced keeps its mode, and its owner where the process may set
 * it; a new one has 0666 less the umask. A process that is killed leaves nothing behind, or at most a file
 * NAME.lenet5-N.tmp (N is a digit), which the next writing of the same path removes. A path that is a pipe or a device
 * is written to as it is.
 */
LENET5_API lenet5_status lenet5_file_write(const char *path, const lenet5_bytes *pieces, size_t count,
                                           lenet5_error *error);

/* Removes a file that lenet5_file_write has written, and what a writing that was killed left. None there: LENET5_OK. */
LENET5_API lenet5_status lenet5_file_remove(const char *path, lenet5_error *error);

/* ---- The network (section II-B and figure 2 of the paper) ----------------------------------------------------- */

#define LENET5_CLASSES 10
#define LENET5_RUBBISH 10       /* the eleventh outcome of eq. 9: not a digit */
#define LENET5_PARAMETERS 60000 /* trainable, without the fixed codes of the output layer */
#define LENET5_C3_KERNELS 60    /* the connected pairs of lenet5_c3_table */
/*
 * The greatest absolute value of a parameter in a model file. Training leaves values below 100; up to this bound no
 * pass overflows, and every penalty is finite.
 */
#define LENET5_MAX_WEIGHT 1e6f
#define LENET5_PICTURE_SIDE 28
#define LENET5_PICTURE_BYTES (LENET5_PICTURE_SIDE * LENET5_PICTURE_SIDE)

/* The squashing function f(a) = A tanh(S a) of every layer up to F6 (eq. 6): f(1) = 1 and f(-1) = -1. */
#define LENET5_A 1.7159
#define LENET5_S (2.0 / 3.0)

/*
 * The trainable parameters, layer by layer; nothing else is inside, so that a network may also be seen as an array of
 * LENET5_PARAMETERS numbers. The same shape holds gradients, second derivatives and learning rates. It is a macro since
 * the reference passes exist in float and, for checks, in double.
 */
#define LENET5_DEFINE_NETWORK(name, real)                                                              \
    typedef struct name {                                                                              \
        struct {                                                                                       \
            real weight[6][5][5], bias[6];                                                             \
        } c1; /* 156: one 5x5 kernel a feature map */                                                  \
        struct {                                                                                       \
            real coefficient[6], bias[6];                                                              \
        } s2; /* 12: f(coefficient * (sum of the four inputs) + bias) */                               \
        struct {                                                                                       \
            real weight[LENET5_C3_KERNELS][5][5], bias[16];                                            \
        } c3; /* 1,516: a 5x5 kernel for each X of lenet5_c3_table, column by column, so map by map */ \
        struct {                                                                                       \
            real coefficient[16], bias[16];                                                            \
        } s4; /* 32: as S2 */                                                                          \
        struct {                                                                                       \
            real weight[120][16][5][5], bias[120];                                                     \
        } c5; /* 48,120: a convolution whose input happens to be as large as its kernels */            \
        struct {                                                                                       \
            real weight[84][120], bias[84];                                                            \
        } f6; /* 10,164: fully connected */                                                            \
    } name

/* All that a pass computes for one picture: the input, the states x = f(a) of every unit, and the ten penalties. */
#define LENET5_DEFINE_MAPS(name, real)                                                                               \
    typedef struct name {                                                                                            \
        real input[32][32];                                                                                          \
        real c1[6][28][28];                                                                                          \
        real s2[6][14][14];                                                                                          \
        real c3[16][10][10];                                                                                         \
        real s4[16][5][5];                                                                                           \
        real c5[120];                                                                                                \
        real f6[84];                                                                                                 \
        real penalty[LENET5_CLASSES]; /* y of eq. 7: squared distances of F6 to the ten codes; the least one wins */ \
    } name

LENET5_DEFINE_NETWORK(lenet5_network, float);
LENET5_DEFINE_MAPS(lenet5_maps, float);

/*
 * The same value of 16 pictures, and the maps of 16 pictures: 0.6 MB. Both are aligned to 64 bytes, which vector
 * instructions depend on and malloc does not give: a lenet5_lanes on the heap comes from lenet5_lanes_new, or from
 * aligned_alloc(64, ...). No other public struct needs more than malloc's alignment.
 */
#define LENET5_LANES 16
typedef float lenet5_lane[LENET5_LANES] __attribute__((aligned(64)));
LENET5_DEFINE_MAPS(lenet5_lanes, lenet5_lane);

/* Memory for count of them, one after the other, not initialised; NULL if there is none, or count is 0. */
LENET5_API lenet5_lanes *lenet5_lanes_new(size_t count);
LENET5_API void lenet5_lanes_free(lenet5_lanes *lanes);

/* Table I of the paper: row s, column m is true where map m of C3 has a kernel for map s of S2. */
LENET5_API extern const bool lenet5_c3_table[6][16];

/* Figure 3: the fixed weights of the output layer, a picture 7 wide and 12 high for each digit; ink +1, paper -1. */
LENET5_API extern const signed char lenet5_codes[LENET5_CLASSES][12][7];

typedef struct lenet5_layer {
    const char *name;               /* "C1" */
    const char *output;             /* "6@28x28" */
    size_t maps, side;              /* feature maps, and the side of each */
    size_t parameters, connections; /* trainable, and all */
    const char *kind;               /* "convolution 5x5" */
} lenet5_layer;

#define LENET5_LAYERS 7

/* The seven layers C1, S2, C3, S4, C5, F6 and output. The counts are derived from the shapes and the table. */
LENET5_API extern const lenet5_layer lenet5_layers[LENET5_LAYERS];

typedef struct lenet5_tensor {
    const char *name;  /* as in model files: "c1.weight" */
    size_t first;      /* the place of its first number among the LENET5_PARAMETERS */
    size_t count;      /* of numbers */
    size_t dimensions; /* 1 to 4 */
    size_t shape[4];
    size_t fan_in; /* inputs of the units that it feeds, F of the paper's start; of maps with fewer inputs, the least */
} lenet5_tensor;

#define LENET5_TENSORS 12

/* The twelve parts of a lenet5_network, in the order of the struct. */
LENET5_API extern const lenet5_tensor lenet5_tensors[LENET5_TENSORS];

/* Sets the input of maps from a picture: grey levels to -0.1 ... 1.175, a margin of two pixels of paper around. */
LENET5_API void lenet5_set_input(lenet5_maps *maps, const uint8_t picture[LENET5_PICTURE_BYTES]);

/* The same from grey levels of the whole input, margin and all. */
LENET5_API void lenet5_set_whole_input(lenet5_maps *maps, const uint8_t grey[32][32]);

/*
 * The passes come three times. lenet5_forward, lenet5_backward and lenet5_curvature take one picture and are made for
 * the least time to an answer; the ..._lanes take 16 pictures at once, for the most pictures a second;
 * lenet5_reference_... are written as the paper has them, and the others are held to them: with weights of the size
 * that training makes, no layer differs by more than 1e-5 of its greatest value. They need up to 256 KB of stack.
 */

/* Forward: from maps->input, which the caller has set, every other member of maps. Cannot fail. */
LENET5_API void lenet5_forward(lenet5_maps *maps, const lenet5_network *network);

/*
 * Backward: adds the gradient of a loss to gradient, given the maps that the forward pass left and d_penalty, the
 * loss's derivatives by the ten penalties. delta is scratch.
 */
LENET5_API void lenet5_backward(lenet5_network *gradient, lenet5_maps *delta, const lenet5_network *network,
                                const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES]);

/*
 * The Gauss-Newton approximation of the second derivatives (eqs 23 to 27): adds h_kk of one picture to curvature, given
 * the second derivatives of the loss by the states of F6. delta is scratch.
 */
LENET5_API void lenet5_curvature(lenet5_network *curvature, lenet5_maps *delta, const lenet5_network *network,
                                 const lenet5_maps *maps, const float dd_f6[84]);

/* 16 pictures at once; any of the pictures may be the same. */
LENET5_API void lenet5_set_input_lanes(lenet5_lanes *maps, const uint8_t *const pictures[LENET5_LANES]);
LENET5_API void lenet5_set_whole_input_lanes(lenet5_lanes *maps, const uint8_t grey[LENET5_LANES][32][32]);
LENET5_API void lenet5_forward_lanes(lenet5_lanes *maps, const lenet5_network *network);

/*
 * The reference. delta is left holding the first, and in the third function the second, derivative of the loss by each
 * unit's weighted sum a (its input and penalty untouched).
 */
LENET5_API void lenet5_reference_forward(lenet5_maps *maps, const lenet5_network *network);
LENET5_API void lenet5_reference_backward(lenet5_network *gradient, lenet5_maps *delta, const lenet5_network *network,
                                          const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES]);
LENET5_API void lenet5_reference_curvature(lenet5_network *curvature, lenet5_maps *delta, const lenet5_network *network,
                                           const lenet5_maps *maps, const float dd_f6[84]);

/*
 * Space displacement (section VII of the paper): the network at every fourth column of a wide picture, the layers up to
 * S4 computed once for all places.
 */
#define LENET5_SWEEP_HEIGHT 32
#define LENET5_SWEEP_STEP 4 /* columns from one place to the next */
#define LENET5_MAX_SWEEP 65536

/* How many places a picture of so many columns has: (width - 32) / 4 + 1, or none if it is narrower than 32. */
LENET5_API size_t lenet5_sweep_places(size_t width);

/*
 * The ten penalties at each place, (lenet5_sweep_places(width), 10): those of lenet5_forward for the 32 columns that
 * begin at column 4 * place, but for rounding. picture is (32, width), from 0, paper, to 255, ink. A width below 32 or
 * above LENET5_MAX_SWEEP is LENET5_E_PICTURE_SIZE. Allocates 2.5 KB a column, and frees it.
 */
LENET5_API lenet5_status lenet5_sweep(float (*penalty)[LENET5_CLASSES], const lenet5_network *network,
                                      const uint8_t *picture, size_t width, lenet5_error *error);

/* The digit of least penalty, 0 to 9. */
LENET5_API unsigned lenet5_best(const float penalty[LENET5_CLASSES]);

/* ---- Reading in bulk -------------------------------------------------------------------------------------------- */

/*
 * For very many pictures of which only the digits are asked for. Where the processor has AVX-512 VNNI, VBMI and VBMI2
 * (and LENET5_ISA names nothing slower) the pictures go by sixteens through a pass in whole numbers of 8 bits, three
 * times as fast as lenet5_forward_lanes; one whose two least penalties come out close together is read again by the
 * float passes. On MNIST's test pictures the answers are those of the float passes alone (docs/performance.md); for
 * other pictures that is likely and not proven. Elsewhere, and for a network whose numbers are too large for 8 bits,
 * lenet5_forward_lanes reads all.
 */
typedef struct lenet5_bulk lenet5_bulk;

/* Prepares the reading; the network is copied. 1 MB, one thread's at a time: each thread makes its own. */
LENET5_API lenet5_status lenet5_bulk_new(lenet5_bulk **bulk, const lenet5_network *network, lenet5_error *error);

/*
 * Reads count pictures of LENET5_PICTURE_BYTES, one after the other, and writes a digit for each. Returns how many of
 * them the float passes have read. Allocates nothing and cannot fail.
 */
LENET5_API size_t lenet5_bulk_read(uint8_t *digits, lenet5_bulk *bulk, const uint8_t *pictures, size_t count);

/* Whether it is the pass in whole numbers that reads. */
LENET5_API bool lenet5_bulk_in_int8(const lenet5_bulk *bulk);

LENET5_API void lenet5_bulk_free(lenet5_bulk *bulk);

/* ---- Instruction sets ----------------------------------------------------------------------------------------- */

/*
 * The instruction set that the passes use: "baseline" (x86-64), "avx2" (x86-64-v3), "avx512" (x86-64-v4) or "neon"
 * (aarch64). The fastest that the processor has is chosen when the library is loaded; the environment variable
 * LENET5_ISA can name another, which is heeded if the processor has it. Trained bits are the same on the same
 * instruction set.
 */
LENET5_API const char *lenet5_isa(void);

/* Those that can be named here and now, number index from the slowest on; NULL beyond them. */
LENET5_API const char *lenet5_isa_at(size_t index);

/*
 * How many multiply-adds a second threads threads, at most LENET5_MAX_THREADS, manage with one of these if they do
 * nothing else; takes about 0.2 s.
 */
LENET5_API lenet5_status lenet5_measure_peak(double *multiply_adds_per_s, const char *isa, unsigned threads,
                                             lenet5_error *error);

/* ---- Losses (eqs 8 and 9) ------------------------------------------------------------------------------------- */

typedef enum lenet5_criterion {
    LENET5_MSE = 0, /* eq. 8: the penalty of the right class */
    LENET5_MAP = 1  /* eq. 9: that, and the others pushed away: y_D + log(exp(-j) + sum of exp(-y_i)) */
} lenet5_criterion;

typedef struct lenet5_loss {
    lenet5_criterion criterion;
    double rubbish; /* j of eq. 9, the penalty of the outcome "not a digit"; 0 to 1e6 */
    double
        scale; /* penalties and j are multiplied by this first, an inverse temperature; 1 in the paper; 1e-6 to 1e6 */
} lenet5_loss;

/*
 * E of one picture whose class is label (0 to 9, or LENET5_RUBBISH, which under eq. 8 costs nothing), and its
 * derivatives by the ten penalties. Safe against overflow for any finite penalties. Here and below any label above 9
 * counts as LENET5_RUBBISH.
 */
LENET5_API float lenet5_loss_gradient(float d_penalty[LENET5_CLASSES], const lenet5_loss *loss,
                                      const float penalty[LENET5_CLASSES], unsigned label);

/*
 * Distillation (Hinton et al. 2015): adds to d_penalty, and returns, by how much E and its derivatives change where the
 * share teaching (0 to 1) of the label is given up for the posterior that the penalties of a teacher have.
 */
LENET5_API float lenet5_loss_soften(float d_penalty[LENET5_CLASSES], const lenet5_loss *loss,
                                    const float penalty[LENET5_CLASSES], unsigned label,
                                    const float teacher[LENET5_CLASSES], float teaching);

/* The exact second derivatives of E by the states of F6; never negative. 2 for every state under eq. 8. */
LENET5_API void lenet5_loss_curvature(float dd_f6[84], const lenet5_loss *loss, const lenet5_maps *maps,
                                      unsigned label);

/*
 * Probabilities of the ten digits and of rubbish, as eq. 9 has them: each from 0 to 1, and they sum to 1. Where the
 * penalties or the loss leave them undefined, because a number is NaN or infinities meet, rubbish has all: a rejection.
 */
LENET5_API void lenet5_posterior(float posterior[LENET5_CLASSES + 1], const lenet5_loss *loss,
                                 const float penalty[LENET5_CLASSES]);

/*
 * The odds against the likeliest digit: how many times as likely all other outcomes together are, rubbish among them.
 * Its probability is 1 / (1 + odds); the odds also tell apart those answers whose probability is as good as 1. 0 to
 * INFINITY, which is also what undefined probabilities give.
 */
LENET5_API double lenet5_odds_against(const lenet5_loss *loss, const float penalty[LENET5_CLASSES]);

/* ---- Checking the network against finite differences ---------------------------------------------------------- */

typedef struct lenet5_verification {
    double gradient_error[LENET5_TENSORS];  /* the greatest relative error of a tensor's gradient */
    double curvature_error[LENET5_TENSORS]; /* and of its second derivatives */
    double tolerance;                       /* that an error has to stay below */
    size_t checked[LENET5_TENSORS];         /* how many of the tensor's numbers were tried */
    bool passed;
} lenet5_verification;

/*
 * Differentiates numerically, in double precision, every tensor of network for one picture and holds the results
 * against the backward and the second-derivative pass (that one from eq. 8's curvature at F6, as in training).
 * per_tensor, at least 1, limits how many numbers of a tensor are tried. label is 0 to LENET5_RUBBISH, and the loss in
 * its ranges.
 */
LENET5_API lenet5_status lenet5_verify(lenet5_verification *verification, const lenet5_network *network,
                                       const lenet5_loss *loss, const uint8_t picture[LENET5_PICTURE_BYTES],
                                       unsigned label, size_t per_tensor, lenet5_error *error);

/* ---- Data ----------------------------------------------------------------------------------------------------- */

typedef struct lenet5_dataset {
    size_t count, height, width;
    uint8_t *pixels; /* (count, height, width), 0 is paper, 255 is ink */
    uint8_t *labels; /* (count), 0 to 9; NULL where only pictures were read */
    char sha256[65]; /* of the pixels and then the labels, in hexadecimal; "" for a part of a set */
} lenet5_dataset;

/*
 * A set may also be filled by the caller. Functions that take one check it first: no pictures, no memory for them or
 * another size than is needed are LENET5_E_ARGUMENT, a label above 9 is LENET5_E_IDX_LABEL.
 */
#define LENET5_MAX_PICTURES 1000000000u

typedef enum lenet5_part { LENET5_TRAIN, LENET5_TEST } lenet5_part;

/*
 * Reads one part of a set from a folder: MNIST or Fashion-MNIST under either spelling of their names
 * (train-images-idx3-ubyte, train-images.idx3-ubyte), EMNIST digits (stored transposed, turned upright here) or QMNIST;
 * plain or with .gz; in the folder itself or, as torchvision leaves them, in MNIST/raw or raw below it.
 */
LENET5_API lenet5_status lenet5_dataset_load(lenet5_dataset *set, const char *folder, lenet5_part part,
                                             lenet5_error *error);

/* Reads an IDX file of pictures and one of labels, plain or gzipped; labels may be NULL. */
LENET5_API lenet5_status lenet5_dataset_read(lenet5_dataset *set, const char *images, const char *labels,
                                             lenet5_error *error);

/* Writes a set as two plain IDX files. */
LENET5_API lenet5_status lenet5_dataset_write(const char *images, const char *labels, const lenet5_dataset *set,
                                              lenet5_error *error);

/*
 * Draws count digits of 28x28 with a pen of changing thickness, slant, size and style: the first count of the endless
 * row that seed stands for, the same bytes on every machine. The classes are equally frequent.
 */
LENET5_API lenet5_status lenet5_dataset_synthesise(lenet5_dataset *set, size_t count, uint64_t seed,
                                                   lenet5_error *error);

/* How strings of digits are written and on what; where there are two numbers, a string has one between them. */
typedef struct lenet5_string_style {
    const char *name; /* "spaced", "touching" or "form" */
    const char *description;
    float scale[2];   /* pixels for one of a digit's 28 */
    float gap[2];     /* between the inks of neighbours, in pixels of a digit; below 0 they overlap */
    float slant;      /* of the string, at most, either way: to the right for each row upwards */
    float slant_each; /* of a digit besides */
    float size;       /* logarithm of each digit's, at most, either way */
    float wander;     /* off the base line, in pixels of a digit */
    float skew;       /* of the picture, radians at most, either way */
    bool printed;     /* on ruled paper or in boxes, and with inks of several colours */
    float shadow;     /* how much of the light is lost across the picture, at most */
    float blur;       /* of the way to a mean over 3x3; at most 1 */
    float noise;      /* grey levels of 255 */
} lenet5_string_style;

/* The styles, ended by one whose name is NULL. */
LENET5_API extern const lenet5_string_style lenet5_string_styles[];

#define LENET5_MAX_STRING 32

typedef struct lenet5_string {
    char text[LENET5_MAX_STRING + 1]; /* what is written there */
    size_t width, height;
    uint8_t *rgb; /* (height, width, 3) */
} lenet5_string;

/*
 * Draws string number index of the endless row that set, style and seed stand for: of so many digits, those of the set
 * in their order, each in one string alone until all have been used. For trying out and fitting readers.
 */
LENET5_API lenet5_status lenet5_string_draw(lenet5_string *string, const lenet5_dataset *set, const char *style,
                                            size_t digits, size_t index, uint64_t seed, lenet5_error *error);

LENET5_API void lenet5_string_free(lenet5_string *string);

/*
 * A part of a set, which goes on owning the memory: do not free the part. A part that exceeds the set is empty, without
 * memory, and refused by whatever takes a set.
 */
LENET5_API lenet5_dataset lenet5_dataset_slice(const lenet5_dataset *set, size_t first, size_t count);

/* Picture number index, below the set's count: height x width bytes. */
LENET5_API const uint8_t *lenet5_dataset_picture(const lenet5_dataset *set, size_t index);

LENET5_API void lenet5_dataset_free(lenet5_dataset *set);

/* ---- Model files ---------------------------------------------------------------------------------------------- */

/* Error rates among the answers that are accepted, for which a model may know how sure it has to be: 2 %, 1 %, 0.5 %,
 * 0.2 %, 0.1 %, 0.05 %. */
#define LENET5_RISKS 6
LENET5_API extern const double lenet5_risks[LENET5_RISKS];

/* Where a network comes from and how its penalties are to be read; kept in the file's __metadata__. */
typedef struct lenet5_provenance {
    char recipe[32];  /* "1998" */
    lenet5_loss loss; /* that its posteriors are computed with; its j and scale are the training's until calibrated */
    double thresholds[LENET5_RISKS]; /* the least probability of an answer for each of lenet5_risks; 0: not known */
    uint64_t seed;
    unsigned passes;         /* through the training set */
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

/* ---- Committees ----------------------------------------------------------------------------------------------- */

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
LENET5_API void lenet5_committee_sum(char sha256[65], const lenet5_committee *committee);

/*
 * The mean penalties for the input in maps, whose other states become the last network's: the sum of each network's
 * penalty divided by their number, in the order of the networks. Without a network every penalty is INFINITY.
 */
LENET5_API void lenet5_committee_forward(float penalty[LENET5_CLASSES], lenet5_maps *maps,
                                         const lenet5_committee *committee);

/* The same for 16 pictures at once. */
LENET5_API void lenet5_committee_forward_lanes(float penalty[LENET5_LANES][LENET5_CLASSES], lenet5_lanes *maps,
                                               const lenet5_committee *committee);

/* ---- Training ------------------------------------------------------------------------------------------------- */

/*
 * The most by which a training may distort its pictures, each amount drawn anew for each picture and pass, evenly from
 * nothing to the most, either way where there are two.
 */
typedef struct lenet5_distortion {
    float shift;     /* pixels, along each axis */
    float rotation;  /* radians */
    float scale;     /* logarithm of the size */
    float squeeze;   /* logarithm of the width, and that of the height the other way */
    float shear;     /* pixels along a row for each row */
    float elastic;   /* deviation, in pixels, of control points 6.4 pixels apart; about half of it arrives */
    float ink;       /* the share of the pictures that what follows concerns; 0 to 1 */
    float thickness; /* of the way to the greatest, or least, value among a pixel's neighbours; at most 1 */
    float blur;      /* of the way to the mean over 3x3; at most 1 */
    float contrast;  /* of the ink's strength, up or down; below 1 */
    float noise;     /* grey levels of 255 */
} lenet5_distortion;

#define LENET5_MAX_PASSES 1000
#define LENET5_MAX_BATCH 1024
#define LENET5_MAX_THREADS 256

typedef struct lenet5_training_options {
    const char *recipe; /* a name from lenet5_recipes */
    uint64_t seed;
    unsigned passes;  /* 0: as many as the recipe has */
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
    unsigned passes;
    size_t batch; /* pictures between two updates */
    lenet5_criterion criterion;
} lenet5_recipe_description;

/* The recipes, ended by one whose name is NULL. */
LENET5_API extern const lenet5_recipe_description lenet5_recipes[];

/* What is known of one finished pass. */
typedef struct lenet5_pass {
    unsigned pass;          /* from 1 */
    double loss;            /* the mean over the pass, each picture before the update that it led to */
    size_t training_errors; /* counted the same way */
    size_t training_pictures;
    size_t held_out_errors; /* after the pass, on the pictures held out; of 0 pictures if none are */
    size_t held_out_pictures;
    double seconds;            /* that it took, its evaluation not included */
    double min_rate, max_rate; /* of the learning rates of single parameters */
} lenet5_pass;

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
    unsigned passes_in_all;
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
LENET5_API unsigned lenet5_training_passes(const lenet5_training *training);
LENET5_API unsigned lenet5_training_passes_in_all(const lenet5_training *training);
LENET5_API size_t lenet5_training_pictures_seen(const lenet5_training *training);

/* How many pictures a pass has: those of the set and, in some recipes, others that are no digits. */
LENET5_API size_t lenet5_training_pass_length(const lenet5_training *training);

/*
 * What pass number pass, from 1, shows the network of picture number picture of the set: grey levels of the whole
 * input. Pictures from the set's count to below lenet5_training_pass_length are those that are no digits.
 */
LENET5_API void lenet5_training_show(uint8_t shown[32][32], const lenet5_training *training, unsigned pass,
                                     size_t picture);

/* What is known of the finished pass number index, from 0 to below lenet5_training_passes; NULL for any other. */
LENET5_API const lenet5_pass *lenet5_training_pass(const lenet5_training *training, unsigned index);

/* The mean loss over the pictures of the pass under way; 0 before the first. */
LENET5_API double lenet5_training_loss(const lenet5_training *training);

/* The network as it would be saved now, and its provenance. */
LENET5_API void lenet5_training_model(lenet5_model *model, const lenet5_training *training);

LENET5_API void lenet5_training_free(lenet5_training *training);

/* ---- Evaluation ----------------------------------------------------------------------------------------------- */

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

/* The 95 % Wilson interval of an error rate, as fractions of 1; errors at most count. Of none it is 0 to 1. */
LENET5_API void lenet5_wilson(double *low, double *high, size_t errors, size_t count);

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
