/*
 * lenet5 bench: the speed of the passes and of training on this machine, beside two yardsticks measured in the same
 * run: the peak of multiply-adds a second of the processor, and the reference passes.
 *
 * Each of several rounds takes one sample of every measure, so that a disturbance spoils one sample of each measure
 * rather than all samples of one. The result is the median of the rounds; of a peak, the maximum.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascending.h"
#include "base/clock.h"
#include "base/error.h"
#include "common.h"
#include "global/strings.h"
#include "lenet5.h"
#include "progress.h"
#include "train/peak.h"

/*
 * Multiply-adds for a picture, from the shapes: convolutions and full connections only, each computed once.
 * Subsampling, squashing and weight updates are not counted; their time lowers the share of the peak.
 */
enum {
    C1 = 6 * 28 * 28 * 25,
    C3 = LENET5_C3_KERNELS * 10 * 10 * 25,
    C5 = 120 * 16 * 25,
    F6 = 84 * 120,
    OUTPUT = LENET5_CLASSES * 84,
    FORWARD = C1 + C3 + C5 + F6 + OUTPUT,
    WEIGHT_GRADIENTS = C1 + C3 + C5 + F6,
    INPUT_DERIVATIVES = C3 + C5 + F6, /* C1 has no layer below */
    TRAINING = FORWARD + OUTPUT + WEIGHT_GRADIENTS + INPUT_DERIVATIVES,
    SECOND_DERIVATIVES = FORWARD + WEIGHT_GRADIENTS + INPUT_DERIVATIVES, /* from F6 on, without the output layer */
};
_Static_assert(FORWARD == 326520 && TRAINING == 861120, "as computed by hand");

#define ROUNDS 5       /* samples of each measure, whose median is printed */
#define BATCH 64       /* pictures of a training step, as in recipe best */
#define LATENCIES 4000 /* single pictures, timed one by one; their median is a sample */
#define SCANS 16       /* different pictures for normalise */
#define SCAN_SIDE 100  /* pixels: a digit of 1 cm scanned at 250 dots an inch */
#define MAX_PEAKS 16   /* instruction sets, on one thread and on several */

/* The amount of work for a sample of each measure. */
typedef struct amounts {
    unsigned rounds;
    size_t pictures;              /* of the set, for forward_batch and epoch */
    size_t warm_steps, steps;     /* of batches; together they fit in one epoch, whose last batch is smaller */
    size_t warm_singles, singles; /* steps of one picture; an epoch of recipe 1998 begins with its learning rates */
    size_t string_steps;          /* of batches with strings, after one that is not timed */
    size_t latencies, curvatures, references, scans, fields, pages;
} amounts;

static const amounts thorough = {ROUNDS, 60000, 100, 400, 200, 5000, 6, LATENCIES, 3000, 1000, 2000, 100, 3};
static const amounts quick = {1, 640, 2, 6, 10, 50, 1, 100, 50, 20, 50, 2, 1};

/* The reference passes that measures are compared with. */
enum { REFERENCE_FORWARD, REFERENCE_TRAINING, REFERENCE_CURVATURE, REFERENCES, NO_REFERENCE = REFERENCES };

#define MEASURES 12     /* rows of the table measures */
#define FIELD_WIDTH 600 /* pixels: a field of 51 x 13 mm at 300 dots an inch */
#define FIELD_HEIGHT 150
#define PAGE_WIDTH 2480 /* A4 at 300 dots an inch */
#define PAGE_HEIGHT 3508
#define PAGE_FIELDS 8 /* different fields, which are also written on the page */
#define PAGE_GREY 250 /* of paper */

typedef struct peak {
    const char *isa;
    unsigned threads;
    double multiply_adds_per_s;
} peak;

typedef struct bench {
    amounts work;
    unsigned threads;
    lenet5_dataset set;
    uint8_t scans[SCANS][SCAN_SIDE * SCAN_SIDE];
    lenet5_model model; /* trained for some steps: realistic states */
    lenet5_bulk *bulk;
    uint8_t *digits; /* its answers */
    lenet5_reader *reader;
    lenet5_picture fields[PAGE_FIELDS], page;

    lenet5_lanes lanes;
    lenet5_maps maps, delta;
    lenet5_network gradient;
    double latency[LATENCIES];

    peak peaks[MAX_PEAKS];
    size_t peak_count;
    double references[REFERENCES][ROUNDS]; /* seconds a picture */
    double samples[MEASURES][ROUNDS];      /* seconds a picture */
    double alone[MEASURES][ROUNDS];        /* the same on one thread, if the sample is on several */

    progress progress;
    size_t done; /* samples */
} bench;

/* Takes a sample, in seconds for a picture. May stop early when interrupted is set. */
typedef lenet5_status sampler(double *seconds, bench *b, lenet5_error *error);

typedef struct measure {
    const char *name;
    size_t batch;         /* pictures at a time */
    bool threaded;        /* on --threads threads; otherwise on one */
    bool whole;           /* its time is reported for the whole set; otherwise for a batch */
    double multiply_adds; /* for a picture; 0: it computes something else */
    size_t reference;     /* the reference for the same work */
    sampler *take;
} measure;

/* ---- The network's passes ---------------------------------------------------------------------------------------- */

/* Wraps around at the end of the set. */
static const uint8_t *picture_of(const bench *b, size_t index)
{
    return lenet5_dataset_picture(&b->set, index % b->set.count);
}

static unsigned label_of(const bench *b, size_t index)
{
    return b->set.labels[index % b->set.count];
}

static void read_lanes(bench *b, size_t first)
{
    const uint8_t *pictures[LENET5_LANES];
    for (size_t lane = 0; lane < LENET5_LANES; lane++)
        pictures[lane] = picture_of(b, first + lane);
    lenet5_set_input_lanes(&b->lanes, pictures);
    lenet5_forward_lanes(&b->lanes, &b->model.network);
}

static lenet5_status forward_batch(double *seconds, bench *b, lenet5_error *error)
{
    if (b->threads > 1) {
        lenet5_evaluation e;
        const lenet5_status status = lenet5_evaluate(&e, &b->model.network, &b->set, b->threads, error);
        if (status != LENET5_OK)
            return status;
        *seconds = e.seconds / (double)e.count;
        lenet5_evaluation_free(&e);
        return LENET5_OK;
    }
    const double start = lenet5_clock();
    for (size_t first = 0; first < b->set.count && !interrupted; first += LENET5_LANES)
        read_lanes(b, first);
    *seconds = (lenet5_clock() - start) / (double)b->set.count;
    return LENET5_OK;
}

static lenet5_status forward_int8(double *seconds, bench *b, lenet5_error *error)
{
    (void)error;
    const double start = lenet5_clock();
    lenet5_bulk_read(b->digits, b->bulk, b->set.pixels, b->set.count);
    *seconds = (lenet5_clock() - start) / (double)b->set.count;
    return LENET5_OK;
}

/* Sorts values. */
static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, ascending_numbers);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* The median latency; a mean would include interruptions by the system. */
static lenet5_status forward_single(double *seconds, bench *b, lenet5_error *error)
{
    (void)error;
    double before = lenet5_clock();
    for (size_t i = 0; i < b->work.latencies; i++) {
        lenet5_set_input(&b->maps, picture_of(b, i));
        lenet5_forward(&b->maps, &b->model.network);
        const double now = lenet5_clock();
        b->latency[i] = now - before;
        before = now;
    }
    *seconds = median(b->latency, b->work.latencies);
    return LENET5_OK;
}

/* The second derivatives of eq. 8 by the states of F6, from which learning rates are estimated. */
static void set_curvature(float dd_f6[84])
{
    for (size_t unit = 0; unit < 84; unit++)
        dd_f6[unit] = 2;
}

static lenet5_status second_derivatives(double *seconds, bench *b, lenet5_error *error)
{
    (void)error;
    float dd_f6[84];
    set_curvature(dd_f6);
    const double start = lenet5_clock();
    for (size_t i = 0; i < b->work.curvatures; i++) {
        lenet5_set_input(&b->maps, picture_of(b, i));
        lenet5_forward(&b->maps, &b->model.network);
        lenet5_curvature(&b->gradient, &b->delta, &b->model.network, &b->maps, dd_f6);
    }
    *seconds = (lenet5_clock() - start) / (double)b->work.curvatures;
    return LENET5_OK;
}

static lenet5_status normalise(double *seconds, bench *b, lenet5_error *error)
{
    uint8_t picture[LENET5_PICTURE_BYTES];
    lenet5_status status = LENET5_OK;
    const double start = lenet5_clock();
    for (size_t i = 0; i < b->work.scans && status == LENET5_OK; i++)
        status = lenet5_normalise(picture, b->scans[i % SCANS], SCAN_SIDE, SCAN_SIDE, error);
    *seconds = (lenet5_clock() - start) / (double)b->work.scans;
    return status;
}

static lenet5_status read_field(double *seconds, bench *b, lenet5_error *error)
{
    static const lenet5_read_options options = {.format = "zip5"};
    lenet5_status status = LENET5_OK;
    const double start = lenet5_clock();
    for (size_t i = 0; i < b->work.fields && status == LENET5_OK; i++) {
        lenet5_reading reading;
        status = lenet5_read(&reading, b->reader, &b->fields[i % PAGE_FIELDS], &options, error);
        if (status == LENET5_OK)
            lenet5_reading_free(&reading);
    }
    *seconds = (lenet5_clock() - start) / (double)b->work.fields;
    return status;
}

static lenet5_status read_page(double *seconds, bench *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    const double start = lenet5_clock();
    for (size_t i = 0; i < b->work.pages && status == LENET5_OK; i++) {
        lenet5_reading reading;
        status = lenet5_read(&reading, b->reader, &b->page, NULL, error);
        if (status == LENET5_OK)
            lenet5_reading_free(&reading);
    }
    *seconds = (lenet5_clock() - start) / (double)b->work.pages;
    return status;
}

/* ---- Training ---------------------------------------------------------------------------------------------------- */

/* A training of one epoch; recipe best with its distortion, the others without theirs. */
static lenet5_status begin_training(lenet5_training **training, const bench *b, const char *recipe, size_t batch,
                                    unsigned threads, lenet5_error *error)
{
    const lenet5_training_options options = {.recipe = recipe,
                                             .seed = 1,
                                             .epochs = 1,
                                             .batch = batch,
                                             .undistorted = strcmp(recipe, "best") != 0,
                                             .threads = threads};
    return lenet5_training_new(training, &options, &b->set, NULL, error);
}

static lenet5_status take_steps(lenet5_training *training, size_t steps, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < steps && status == LENET5_OK && !interrupted; i++)
        status = lenet5_training_step(training, error);
    return status;
}

/* Seconds for a step, after untimed warm-up steps. Frees the training. */
static lenet5_status time_steps(double *seconds, lenet5_training *training, size_t warm, size_t steps,
                                lenet5_error *error)
{
    lenet5_status status = take_steps(training, warm, error);
    const double start = lenet5_clock();
    if (status == LENET5_OK)
        status = take_steps(training, steps, error);
    *seconds = (lenet5_clock() - start) / (double)steps;
    lenet5_training_free(training);
    return status;
}

static lenet5_status train_batches(double *seconds, bench *b, const char *recipe, lenet5_error *error)
{
    lenet5_training *training;
    lenet5_status status = begin_training(&training, b, recipe, BATCH, b->threads, error);
    if (status != LENET5_OK)
        return status;
    status = time_steps(seconds, training, b->work.warm_steps, b->work.steps, error);
    *seconds /= BATCH;
    return status;
}

static lenet5_status train_step(double *seconds, bench *b, lenet5_error *error)
{
    return train_batches(seconds, b, "fast", error);
}

static lenet5_status train_distorted(double *seconds, bench *b, lenet5_error *error)
{
    return train_batches(seconds, b, "best", error);
}

static lenet5_status train_strings(double *seconds, bench *b, lenet5_error *error)
{
    lenet5_training *training;
    string_source *strings;
    const lenet5_training_options options = {.size = sizeof options,
                                             .recipe = "strings",
                                             .seed = 1,
                                             .epochs = 1,
                                             .batch = BATCH,
                                             .threads = b->threads,
                                             .start = &b->model.network};
    lenet5_status status = lenet5_strings_begin(&training, &strings, &options, &b->set, NULL, error);
    if (status != LENET5_OK)
        return status;
    status = time_steps(seconds, training, 1, b->work.string_steps, error);
    lenet5_strings_free(strings);
    *seconds /= BATCH;
    return status;
}

static lenet5_status train_single(double *seconds, bench *b, lenet5_error *error)
{
    lenet5_training *training;
    const lenet5_status status = begin_training(&training, b, "1998", 1, 1, error);
    if (status != LENET5_OK)
        return status;
    return time_steps(seconds, training, b->work.warm_singles, b->work.singles, error);
}

static lenet5_status epoch(double *seconds, bench *b, lenet5_error *error)
{
    lenet5_training *training;
    lenet5_status status = begin_training(&training, b, "fast", BATCH, b->threads, error);
    if (status != LENET5_OK)
        return status;
    while (status == LENET5_OK && !interrupted && !lenet5_training_finished(training))
        status = lenet5_training_step(training, error);
    if (lenet5_training_finished(training))
        *seconds = lenet5_training_epoch(training, 0)->seconds / (double)b->set.count;
    lenet5_training_free(training);
    return status;
}

/* ---- The yardsticks ---------------------------------------------------------------------------------------------- */

static void reference_passes(bench *b, size_t index, size_t which, const float dd_f6[84])
{
    const lenet5_network *network = &b->model.network;
    lenet5_set_input(&b->maps, picture_of(b, index));
    lenet5_reference_forward(&b->maps, network);
    if (which == REFERENCE_CURVATURE)
        lenet5_reference_curvature(&b->gradient, &b->delta, network, &b->maps, dd_f6);
    if (which == REFERENCE_TRAINING) {
        float d_penalty[LENET5_CLASSES];
        lenet5_loss_gradient(d_penalty, &b->model.provenance.loss, b->maps.penalty, label_of(b, index));
        lenet5_reference_backward(&b->gradient, &b->delta, network, &b->maps, d_penalty);
    }
}

static double time_reference(bench *b, size_t which)
{
    float dd_f6[84];
    set_curvature(dd_f6);
    const double start = lenet5_clock();
    for (size_t i = 0; i < b->work.references; i++)
        reference_passes(b, i, which, dd_f6);
    return (lenet5_clock() - start) / (double)b->work.references;
}

static void list_peaks(bench *b, unsigned threads)
{
    for (size_t i = 0; lenet5_isa_at(i) && b->peak_count < MAX_PEAKS; i++)
        b->peaks[b->peak_count++] = (peak){.isa = lenet5_isa_at(i), .threads = threads};
}

static lenet5_status raise_peak(peak *p, lenet5_error *error)
{
    double measured = 0;
    const lenet5_status status = lenet5_measure_peak(&measured, p->isa, p->threads, error);
    p->multiply_adds_per_s = fmax(p->multiply_adds_per_s, measured);
    return status;
}

/* The peak of the instruction set in use. */
static double peak_of(const bench *b, unsigned threads)
{
    for (size_t i = 0; i < b->peak_count; i++)
        if (b->peaks[i].threads == threads && strcmp(b->peaks[i].isa, lenet5_isa()) == 0)
            return b->peaks[i].multiply_adds_per_s;
    return NAN;
}

/* ---- The rounds -------------------------------------------------------------------------------------------------- */

static const measure measures[MEASURES] = {
    {"forward_batch", LENET5_LANES, true, false, FORWARD, REFERENCE_FORWARD, forward_batch},
    {"forward_int8", LENET5_LANES, false, false, 0, REFERENCE_FORWARD, forward_int8},
    {"forward_single", 1, false, false, FORWARD, REFERENCE_FORWARD, forward_single},
    {"train_step", BATCH, true, false, TRAINING, REFERENCE_TRAINING, train_step},
    {"train_distorted", BATCH, true, false, TRAINING, REFERENCE_TRAINING, train_distorted},
    {"epoch", BATCH, true, true, TRAINING, REFERENCE_TRAINING, epoch},
    {"train_single", 1, false, false, TRAINING, REFERENCE_TRAINING, train_single},
    {"second_derivatives", 1, false, false, SECOND_DERIVATIVES, REFERENCE_CURVATURE, second_derivatives},
    {"train_strings", BATCH, true, false, 0, NO_REFERENCE, train_strings},
    {"normalise", 1, false, false, 0, NO_REFERENCE, normalise},
    {"read_field", 1, false, false, 0, NO_REFERENCE, read_field},
    {"read_page", 1, false, false, 0, NO_REFERENCE, read_page},
};

/* Every measure, except forward_int8 where the processor lacks it. */
static bool is_measured(const bench *b, size_t index)
{
    return measures[index].take != forward_int8 || lenet5_bulk_uses_int8(b->bulk);
}

static bool on_several_threads(const bench *b, size_t index)
{
    return measures[index].threaded && b->threads > 1;
}

static lenet5_status take_alone(double *seconds, bench *b, size_t index, lenet5_error *error)
{
    const unsigned threads = b->threads;
    b->threads = 1;
    const lenet5_status status = measures[index].take(seconds, b, error);
    b->threads = threads;
    return status;
}

static void show_progress(bench *b, const char *what)
{
    char label[128];
    const size_t samples = b->work.rounds * (b->peak_count + REFERENCES + MEASURES);
    snprintf(label, sizeof label, "measuring: %s", what);
    progress_show(&b->progress, (double)b->done++ / (double)samples, label);
}

static lenet5_status measure_round(bench *b, unsigned number, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < b->peak_count && status == LENET5_OK && !interrupted; i++) {
        show_progress(b, "the peak");
        status = raise_peak(&b->peaks[i], error);
    }
    for (size_t i = 0; i < REFERENCES && !interrupted; i++) {
        show_progress(b, "the reference");
        b->references[i][number] = time_reference(b, i);
    }
    for (size_t i = 0; i < MEASURES && status == LENET5_OK && !interrupted; i++) {
        show_progress(b, measures[i].name);
        if (on_several_threads(b, i))
            status = take_alone(&b->alone[i][number], b, i, error);
        if (status == LENET5_OK && is_measured(b, i))
            status = measures[i].take(&b->samples[i][number], b, error);
    }
    return status;
}

/* ---- Reports ----------------------------------------------------------------------------------------------------- */

typedef struct result {
    const measure *measure;
    unsigned threads;
    size_t pictures; /* that seconds is for */
    double seconds, pictures_per_s;
    double peak_share, times_reference, times_one_thread; /* NAN: nothing to compare with */
} result;

/* The median ratio over the rounds; the two samples of a round are taken in succession. */
static double gain_by_threads(const bench *b, size_t index)
{
    double ratio[ROUNDS] = {0};
    for (unsigned i = 0; i < b->work.rounds; i++)
        ratio[i] = b->alone[index][i] / b->samples[index][i];
    return median(ratio, b->work.rounds);
}

static result result_of(bench *b, size_t index)
{
    const measure *m = &measures[index];
    const double gain = on_several_threads(b, index) ? gain_by_threads(b, index) : NAN; /* before samples are sorted */
    const double seconds = median(b->samples[index], b->work.rounds);
    result r = {.measure = m,
                .threads = m->threaded ? b->threads : 1,
                .pictures = m->whole ? b->set.count : m->batch,
                .pictures_per_s = 1 / seconds,
                .peak_share = NAN,
                .times_reference = NAN,
                .times_one_thread = gain};
    r.seconds = seconds * (double)r.pictures;
    if (m->multiply_adds > 0)
        r.peak_share = m->multiply_adds * r.pictures_per_s / peak_of(b, r.threads);
    if (m->reference != NO_REFERENCE)
        r.times_reference = median(b->references[m->reference], b->work.rounds) / seconds;
    return r;
}

static json_t *number_or_null(double number)
{
    return isnan(number) ? json_null() : json_real(number);
}

static int report_json(bench *b)
{
    json_t *peaks = json_array();
    json_t *results = json_array();
    for (size_t i = 0; i < b->peak_count; i++) {
        const peak *p = &b->peaks[i];
        add_item(&peaks, json_pack("{s:s, s:i, s:f}", "isa", p->isa, "threads", (int)p->threads, "gmacs",
                                   1e-9 * p->multiply_adds_per_s));
    }
    for (size_t i = 0; i < MEASURES; i++) {
        if (!is_measured(b, i))
            continue;
        const result r = result_of(b, i);
        add_item(&results, json_pack("{s:s, s:s, s:i, s:I, s:f, s:f, s:o, s:o, s:o}", "name", r.measure->name, "isa",
                                     lenet5_isa(), "threads", (int)r.threads, "batch", (json_int_t)r.measure->batch,
                                     "seconds", r.seconds, "pictures_per_s", r.pictures_per_s, "peak_share",
                                     number_or_null(r.peak_share), "times_reference", number_or_null(r.times_reference),
                                     "times_one_thread", number_or_null(r.times_one_thread)));
    }
    return print_json(json_pack("{s:s, s:s, s:i, s:o, s:o}", "version", lenet5_version(), "isa", lenet5_isa(),
                                "threads", (int)b->threads, "peak_gmacs", peaks, "results", results));
}

/* Prints the peaks: a row for each instruction set, a column for each number of threads. */
static void print_peaks(const bench *b)
{
    const size_t rows = b->threads > 1 ? b->peak_count / 2 : b->peak_count;
    char title[32];
    snprintf(title, sizeof title, "on %u threads", b->threads);
    printf("peak, in 10^9 multiply-adds a second   on 1 thread");
    if (b->threads > 1)
        printf("%16s", title);
    for (size_t i = 0; i < rows; i++) {
        const bool in_use = strcmp(b->peaks[i].isa, lenet5_isa()) == 0;
        printf("\n%-10s %-25s %13.1f", b->peaks[i].isa, in_use ? "in use" : "", 1e-9 * b->peaks[i].multiply_adds_per_s);
        if (b->threads > 1)
            printf("%16.1f", 1e-9 * b->peaks[rows + i].multiply_adds_per_s);
    }
    printf("\n\n");
}

/* Writes a time with three digits and a unit: "61.2 us". */
static void write_time(char text[32], double seconds)
{
    const char *unit = seconds < 1e-3 ? "us" : seconds < 1 ? "ms" : "s";
    const double value = seconds < 1e-3 ? 1e6 * seconds : seconds < 1 ? 1e3 * seconds : seconds;
    snprintf(text, 32, "%.*f %s", value < 10 ? 2 : value < 100 ? 1 : 0, value, unit);
}

static void print_result(const result *r)
{
    char time[32], share[32] = "-", times[32] = "-", gain[32] = "-";
    write_time(time, r->seconds);
    if (!isnan(r->peak_share))
        snprintf(share, sizeof share, "%.1f %%", 100 * r->peak_share);
    if (!isnan(r->times_reference))
        snprintf(times, sizeof times, "%.1f", r->times_reference);
    if (!isnan(r->times_one_thread))
        snprintf(gain, sizeof gain, "%.2f", r->times_one_thread);
    printf("%-18s  %7u  %8zu  %8s  %10.0f  %7s  %15s  %16s\n", r->measure->name, r->threads, r->pictures, time,
           r->pictures_per_s, share, times, gain);
}

static void report_text(bench *b)
{
    printf("lenet5 %s, instruction set %s\n\n", lenet5_version(), lenet5_isa());
    print_peaks(b);
    printf("measure             threads  pictures      time  pictures/s  of peak  times reference  times one thread\n");
    for (size_t i = 0; i < MEASURES; i++) {
        if (!is_measured(b, i))
            continue;
        const result r = result_of(b, i);
        print_result(&r);
    }
}

/* ---- The command ------------------------------------------------------------------------------------------------- */

/* Draws a digit as in a photo: dark on light, three times as large, with a margin. */
static void scan(uint8_t grey[SCAN_SIDE * SCAN_SIDE], const uint8_t *picture)
{
    const size_t margin = (SCAN_SIDE - 3 * LENET5_PICTURE_SIDE) / 2;
    memset(grey, 255, SCAN_SIDE * SCAN_SIDE);
    for (size_t row = 0; row < 3 * LENET5_PICTURE_SIDE; row++)
        for (size_t column = 0; column < 3 * LENET5_PICTURE_SIDE; column++)
            grey[(margin + row) * SCAN_SIDE + margin + column] =
                (uint8_t)(255 - picture[row / 3 * LENET5_PICTURE_SIDE + column / 3]);
}

static lenet5_status new_picture(lenet5_picture *p, size_t width, size_t height, lenet5_error *error)
{
    *p = (lenet5_picture){width, height, malloc(width * height)};
    if (p->grey) {
        memset(p->grey, PAGE_GREY, width * height);
        return LENET5_OK;
    }
    return lenet5_fail_memory(error);
}

/* Draws a string of five digits, scaled to the size of a field. */
static lenet5_status draw_field(lenet5_picture *field, const bench *b, size_t index, lenet5_error *error)
{
    lenet5_string s;
    lenet5_status status = new_picture(field, FIELD_WIDTH, FIELD_HEIGHT, error);
    if (status == LENET5_OK)
        status = lenet5_string_draw(&s, &b->set, "spaced", 5, index, 1998, error);
    if (status != LENET5_OK)
        return status;
    for (size_t y = 0; y < FIELD_HEIGHT; y++)
        for (size_t x = 0; x < FIELD_WIDTH; x++) {
            const uint8_t level = s.rgb[3 * (y * s.height / FIELD_HEIGHT * s.width + x * s.width / FIELD_WIDTH)];
            field->grey[y * FIELD_WIDTH + x] = level < PAGE_GREY ? level : PAGE_GREY;
        }
    lenet5_string_free(&s);
    return LENET5_OK;
}

/* Four rows of two fields. */
static void fill_page(bench *b)
{
    for (size_t i = 0; i < PAGE_FIELDS; i++)
        for (size_t y = 0; y < FIELD_HEIGHT; y++)
            memcpy(b->page.grey + (400 + i / 2 * 700 + y) * PAGE_WIDTH + 300 + i % 2 * 1200,
                   b->fields[i].grey + y * FIELD_WIDTH, FIELD_WIDTH);
}

static lenet5_status prepare_reading(bench *b, lenet5_error *error)
{
    lenet5_status status = lenet5_reader_new(&b->reader, NULL, error);
    if (status == LENET5_OK)
        status = new_picture(&b->page, PAGE_WIDTH, PAGE_HEIGHT, error);
    for (size_t i = 0; i < PAGE_FIELDS && status == LENET5_OK; i++)
        status = draw_field(&b->fields[i], b, i, error);
    if (status == LENET5_OK)
        fill_page(b);
    return status;
}

static lenet5_status prepare(bench *b, lenet5_error *error)
{
    lenet5_training *training;
    lenet5_status status = lenet5_dataset_synthesise(&b->set, b->work.pictures, 1998, error);
    if (status == LENET5_OK)
        status = begin_training(&training, b, "fast", BATCH, b->threads, error);
    if (status != LENET5_OK)
        return status;
    status = take_steps(training, b->work.steps, error);
    lenet5_training_model(&b->model, training);
    lenet5_training_free(training);
    if (status == LENET5_OK)
        status = lenet5_bulk_new(&b->bulk, &b->model.network, error);
    if (status == LENET5_OK && !(b->digits = calloc(b->set.count, 1)))
        status = lenet5_fail_memory(error);
    if (status == LENET5_OK)
        status = prepare_reading(b, error);
    for (size_t i = 0; i < SCANS; i++)
        scan(b->scans[i], picture_of(b, i));
    list_peaks(b, 1);
    if (b->threads > 1)
        list_peaks(b, b->threads);
    return status;
}

static int measure_all(bench *b)
{
    lenet5_error error;
    progress_begin(&b->progress, false, 0);
    progress_show(&b->progress, 0, "drawing digits");
    lenet5_status status = prepare(b, &error);
    for (unsigned i = 0; i < b->work.rounds && status == LENET5_OK && !interrupted; i++)
        status = measure_round(b, i, &error);
    progress_clear(&b->progress);
    if (status != LENET5_OK)
        return report_library_error(&error);
    return interrupted ? report_error("interrupted") : EXIT_DONE;
}

static int run(const cli_arguments *arguments)
{
    unsigned threads;
    if (!argument_threads(&threads, arguments))
        return EXIT_USAGE;
    bench *b = aligned_alloc(64, sizeof *b); /* the alignment of lenet5_lanes */
    if (!b)
        return report_out_of_memory();
    memset(b, 0, sizeof *b);
    b->threads = threads ? threads : 1;
    b->work = argument_flag(arguments, "quick") ? quick : thorough;
    watch_interrupts();
    int code = measure_all(b);
    if (code == EXIT_DONE && argument_flag(arguments, "json"))
        code = report_json(b);
    else if (code == EXIT_DONE)
        report_text(b);
    lenet5_dataset_free(&b->set);
    lenet5_bulk_free(b->bulk);
    free(b->digits);
    lenet5_reader_free(b->reader);
    lenet5_picture_free(&b->page);
    for (size_t i = 0; i < PAGE_FIELDS; i++)
        lenet5_picture_free(&b->fields[i]);
    free(b);
    return code;
}

static const option options[] = {
    OPTION_THREADS("threads of forward_batch, the measures of batches in training and epoch; default 1"),
    FLAG("quick", "one short round: a check that it works, not a measurement"),
    OPTION_JSON("one JSON object (docs/json.md)"),
    {0},
};

const cli_command bench_command = {
    .name = "bench",
    .summary = "measure how fast this machine reads and trains",
    .usage = "[options]",
    .description = "Measures the network and its training on digits drawn in memory; no data set is needed. It\n"
                   "takes about half a minute. Leave the machine idle meanwhile.\n\n"
                   "First, the peaks: the multiply-adds a second that each instruction set of this processor\n"
                   "sustains without loads and stores. No program can be faster, so the share of the peak shows\n"
                   "how much room is left. The other measures use the best instruction set, or the one that\n"
                   "LENET5_ISA names:\n\n"
                   "  forward_batch       reading many pictures, 16 at a time\n"
                   "  forward_int8        the same in 8-bit integers, where the processor has them\n"
                   "  forward_single      reading one picture, from its bytes to the answer\n"
                   "  train_step          one update from a batch of 64 pictures, recipe fast\n"
                   "  train_distorted     the same with recipe best, which distorts the pictures\n"
                   "  epoch               such updates for 60,000 pictures\n"
                   "  train_single        one update from one picture, recipe 1998\n"
                   "  second_derivatives  of one picture, for the learning rates of recipe 1998\n"
                   "  train_strings       one update from 64 pictures and 16 strings, recipe strings\n"
                   "  normalise           scaling and centring a grey picture of 100x100 pixels\n"
                   "  read_field          finding and reading five digits in a picture of 600x150\n"
                   "  read_page           finding and reading 40 digits on an A4 page of 300 dpi\n\n"
                   "A time is the median of 5 samples, for as many pictures as the column before it shows; a\n"
                   "sample is a mean over many pictures, except for forward_single, where it is a median of\n"
                   "single latencies. The share counts only the multiply-adds that the network's definition\n"
                   "needs. The reference is the paper's passes in plain C on one thread, measured in the same\n"
                   "run; in training it excludes the update. The gain of several threads is the median ratio\n"
                   "to a sample on one thread, taken immediately before.",
    .examples = "lenet5 bench\n"
                "lenet5 bench --threads 8 --json > bench.json",
    .options = options,
    .run = run,
};
