/*
 * Out of memory: the linker redirects the calls of malloc, calloc and realloc in the library and in jansson here, and
 * the tests make one after the other fail. Each failure must be reported and must not leak.
 */
#include "support.h"

#include "global/cut.h"
#include "global/strings.h"
#include "system/file.h"

#include <lenet5_reader.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

/* While watching is true, allocations are counted; number fail_from fails, and all later ones too if for_good is true.
 */
static struct {
    bool watching, for_good;
    bool jansson; /* jansson's allocations count too */
    size_t fail_from, count, refused, greatest;
} memory_watch;

static bool refuse(size_t size)
{
    if (!memory_watch.watching)
        return false;
    if (size > memory_watch.greatest)
        memory_watch.greatest = size;
    const size_t number = memory_watch.count++;
    const bool refused = memory_watch.for_good ? number >= memory_watch.fail_from : number == memory_watch.fail_from;
    memory_watch.refused += refused;
    return refused;
}

void *__wrap_malloc(size_t size)
{
    return refuse(size) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refuse(count * size) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return refuse(size) ? NULL : __real_realloc(memory, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return refuse(size) ? NULL : __real_aligned_alloc(alignment, size);
}

static void *allocate_for_jansson(size_t size)
{
    return memory_watch.jansson && refuse(size) ? NULL : __real_malloc(size);
}

static void watch_memory(size_t fail_from, bool for_good)
{
    memset(&memory_watch, 0, sizeof memory_watch);
    memory_watch.fail_from = fail_from;
    memory_watch.for_good = for_good;
    memory_watch.watching = true;
}

/* ---- Operations -------------------------------------------------------------------------------------------------- */

typedef struct fixture {
    char *folder;
    path images, labels, model_file, checkpoint, output;
    lenet5_dataset digits, held_out;
    lenet5_model model;
} fixture;

/* An operation frees its memory, and on failure checks that its outputs are untouched. */
typedef lenet5_status (*operation)(const fixture *f, lenet5_error *error);

static lenet5_status read_set(const fixture *f, lenet5_error *error)
{
    lenet5_dataset set;
    fill(&set, sizeof set);
    const lenet5_status status = lenet5_dataset_read(&set, f->images.text, f->labels.text, error);
    if (status == LENET5_OK)
        lenet5_dataset_free(&set);
    else
        assert_untouched(&set, sizeof set);
    return status;
}

static lenet5_status write_set(const fixture *f, lenet5_error *error)
{
    return lenet5_dataset_write(f->output.text, f->output.text, &f->digits, error);
}

static lenet5_status synthesise(const fixture *f, lenet5_error *error)
{
    (void)f;
    lenet5_dataset set;
    fill(&set, sizeof set);
    const lenet5_status status = lenet5_dataset_synthesise(&set, 10, 1, error);
    if (status == LENET5_OK)
        lenet5_dataset_free(&set);
    else
        assert_untouched(&set, sizeof set);
    return status;
}

static lenet5_status save_model(const fixture *f, lenet5_error *error)
{
    return lenet5_model_save(f->output.text, &f->model, error);
}

static lenet5_status write_by_pieces(const fixture *f, lenet5_error *error)
{
    file_writer *writer;
    fill(&writer, sizeof writer);
    lenet5_status status = lenet5_file_begin(&writer, f->output.text, error);
    if (status != LENET5_OK) {
        assert_untouched(&writer, sizeof writer);
        return status;
    }
    status = lenet5_file_append(writer, "piece", 5, error);
    if (status == LENET5_OK)
        return lenet5_file_finish(writer, error);
    lenet5_file_abandon(writer);
    return status;
}

static lenet5_status load_model(const fixture *f, lenet5_error *error)
{
    static lenet5_model model;
    fill(&model, sizeof model);
    const lenet5_status status = lenet5_model_load(&model, f->model_file.text, error);
    if (status != LENET5_OK)
        assert_untouched(&model, sizeof model);
    return status;
}

static lenet5_status resume(const fixture *f, lenet5_error *error)
{
    const lenet5_training_options options = {.threads = 2};
    lenet5_training *training;
    fill(&training, sizeof training);
    const lenet5_status status =
        lenet5_training_resume(&training, f->checkpoint.text, &options, &f->digits, &f->held_out, error);
    if (status == LENET5_OK)
        lenet5_training_free(training);
    else
        assert_untouched(&training, sizeof training);
    return status;
}

static lenet5_status load_checkpoint(const fixture *f, lenet5_error *error)
{
    lenet5_checkpoint checkpoint;
    fill(&checkpoint, sizeof checkpoint);
    const lenet5_status status = lenet5_checkpoint_load(&checkpoint, f->checkpoint.text, error);
    if (status != LENET5_OK)
        assert_untouched(&checkpoint, sizeof checkpoint);
    return status;
}

static lenet5_status start(lenet5_training **training, const fixture *f, const char *recipe, lenet5_error *error)
{
    const lenet5_training_options options = {.recipe = recipe, .epochs = 2, .threads = 2};
    fill(training, sizeof *training);
    const lenet5_status status = lenet5_training_new(training, &options, &f->digits, &f->held_out, error);
    if (status != LENET5_OK)
        assert_untouched(training, sizeof *training);
    return status;
}

/* One step, which ends an epoch because the set is smaller than a batch. */
static lenet5_status train(const fixture *f, lenet5_error *error)
{
    lenet5_training *training;
    lenet5_status status = start(&training, f, "fast", error);
    if (status != LENET5_OK)
        return status;
    status = lenet5_training_step(training, error);
    if (status == LENET5_OK)
        status = lenet5_training_save(f->output.text, training, error);
    lenet5_training_free(training);
    return status;
}

static lenet5_status train_recipe_1998(const fixture *f, lenet5_error *error)
{
    lenet5_training *training;
    lenet5_status status = start(&training, f, "1998", error);
    if (status != LENET5_OK)
        return status;
    status = lenet5_training_step(training, error);
    if (status == LENET5_OK)
        status = lenet5_training_save(f->output.text, training, error);
    lenet5_training_free(training);
    return status;
}

static lenet5_status begin_strings(const fixture *f, lenet5_error *error)
{
    const lenet5_training_options options = {
        .size = sizeof options, .recipe = "strings", .threads = 2, .start = &f->model.network};
    lenet5_training *training;
    string_source *source;
    fill(&training, sizeof training);
    fill(&source, sizeof source);
    const lenet5_status status = lenet5_strings_begin(&training, &source, &options, &f->digits, &f->held_out, error);
    if (status == LENET5_OK) {
        lenet5_training_free(training);
        lenet5_strings_free(source);
    } else {
        assert_untouched(&training, sizeof training);
        assert_untouched(&source, sizeof source);
    }
    return status;
}

static lenet5_status cut_string(const fixture *f, lenet5_error *error)
{
    lenet5_string string;
    graph g;
    bool cut;
    lenet5_status status = lenet5_string_draw(&string, &f->digits, "touching", 1, 0, 1, error);
    if (status != LENET5_OK)
        return status;
    status = lenet5_cut_string(&g, &cut, &string, error);
    assert_int_equal(cut, status == LENET5_OK);
    if (cut)
        lenet5_graph_free(&g);
    lenet5_string_free(&string);
    return status;
}

static lenet5_status evaluate(const fixture *f, lenet5_error *error)
{
    lenet5_evaluation evaluation;
    double rejected = -1;
    fill(&evaluation, sizeof evaluation);
    lenet5_status status = lenet5_evaluate(&evaluation, &f->model.network, &f->digits, 2, error);
    if (status != LENET5_OK) {
        assert_untouched(&evaluation, sizeof evaluation);
        return status;
    }
    status = lenet5_rejection(&rejected, NULL, &evaluation, &f->digits, &f->model.provenance.loss, 0.01, error);
    lenet5_evaluation_free(&evaluation);
    assert_true(status == LENET5_OK ? rejected >= 0 && rejected <= 1 : rejected < 0);
    return status;
}

static lenet5_status verify(const fixture *f, lenet5_error *error)
{
    const lenet5_loss loss = {LENET5_MAP, 12, 1};
    lenet5_verification verification;
    fill(&verification, sizeof verification);
    const lenet5_status status =
        lenet5_verify(&verification, &f->model.network, &loss, lenet5_dataset_picture(&f->digits, 0), 3, 1, error);
    if (status != LENET5_OK)
        assert_untouched(&verification, sizeof verification);
    return status;
}

static lenet5_status read_in_bulk(const fixture *f, lenet5_error *error)
{
    lenet5_bulk *bulk;
    fill(&bulk, sizeof bulk);
    const lenet5_status status = lenet5_bulk_new(&bulk, &f->model.network, error);
    if (status == LENET5_OK) {
        uint8_t digit;
        const size_t count = memory_watch.count;
        lenet5_bulk_read(&digit, bulk, f->digits.pixels, 1);
        assert_int_equal(memory_watch.count, count);
        lenet5_bulk_free(bulk);
    } else
        assert_untouched(&bulk, sizeof bulk);
    return status;
}

/* A ruled page with two lines of sevens, one of them sloping; small, because it is read once for each allocation. */
static void draw_page(lenet5_picture *page)
{
    enum { COUNT = 3 };
    static uint8_t grey[160 * 240];
    memset(grey, 255, sizeof grey);
    *page = (lenet5_picture){160, 240, grey};
    for (size_t i = 0; i < 2 * COUNT; i++)
        for (size_t y = 0; y < 40; y++) {
            const size_t column = i % COUNT, top = 15 + i / COUNT * (110 + column * 4);
            memset(grey + (top + y) * page->width + 20 + column * 45 + y / 6, 0, 6);
            if (y < 5)
                memset(grey + (top + y) * page->width + 8 + column * 45, 0, 18);
        }
    for (size_t y = 9; y < page->height; y += 110)
        memset(grey + y * page->width, 60, 2 * page->width);
}

static void look(void *context, const char *name, size_t line, const uint8_t *rgb, size_t width, size_t height)
{
    (void)context, (void)name, (void)line, (void)rgb, (void)width, (void)height;
}

static lenet5_status read_strings(lenet5_read_method method, lenet5_error *error)
{
    static const char *const codes[] = {"777", "111", "717"};
    const lenet5_observer observer = {.stage = look};
    const lenet5_read_options options = {.method = method,
                                         .format = "3",
                                         .list = codes,
                                         .list_count = LENGTH(codes),
                                         .n_best = 3,
                                         .observer = &observer};
    lenet5_picture page;
    lenet5_reader *reader;
    lenet5_reading reading;
    draw_page(&page);
    fill(&reading, sizeof reading);
    lenet5_status status = lenet5_reader_new(&reader, NULL, error);
    if (status != LENET5_OK)
        return status;
    status = lenet5_read(&reading, reader, &page, &options, error);
    if (status == LENET5_OK) {
        assert_int_equal(reading.count, 2);
        assert_true(reading.notes & LENET5_NOTE_RULES);
        lenet5_reading_free(&reading);
    } else
        assert_untouched(&reading, sizeof reading);
    lenet5_reader_free(reader);
    return status;
}

static lenet5_status read_by_pieces(const fixture *f, lenet5_error *error)
{
    (void)f;
    return read_strings(LENET5_METHOD_PIECES, error);
}

static lenet5_status read_by_space_displacement(const fixture *f, lenet5_error *error)
{
    (void)f;
    return read_strings(LENET5_METHOD_SDNN, error);
}

#define MAX_ALLOCATIONS 10000 /* of one operation; those with jansson have the most */

/* ---- Failures ---------------------------------------------------------------------------------------------------- */

/* Runs the operation with allocation 0, 1, 2, ... failing until it succeeds; returns the number of failures. */
static size_t failures_until_success(const fixture *f, operation run, bool for_good)
{
    const size_t entries = count_entries(f->folder);
    for (size_t i = 0; i < MAX_ALLOCATIONS; i++) {
        lenet5_error error;
        fill(&error, sizeof error);
        watch_memory(i, for_good);
        const lenet5_status status = run(f, &error);
        memory_watch.watching = false;
        if (memory_watch.refused == 0) {
            assert_int_equal(status, LENET5_OK);
            return i;
        }
        assert_failure(status, LENET5_E_MEMORY, &error, "");
        assert_int_equal(count_entries(f->folder), entries);
    }
    fail_msg("the operation never succeeds");
    return 0;
}

static void assert_survives(void **state, operation run, size_t least)
{
    const fixture *f = *state;
    assert_int_equal(run(f, NULL), LENET5_OK); /* allocates memory that is never freed, such as the built-in models */
    watch_memory(SIZE_MAX, false);
    assert_int_equal(run(f, NULL), LENET5_OK);
    memory_watch.watching = false;
    const size_t count = memory_watch.count;
    assert_in_range(count, least, MAX_ALLOCATIONS);
    assert_int_equal(failures_until_success(f, run, false), count);
    assert_int_equal(failures_until_success(f, run, true), count);
}

static void reading_a_set(void **state)
{
    assert_survives(state, read_set, 3);
}

static void writing_a_set(void **state)
{
    assert_survives(state, write_set, 2);
}

static void drawing_digits(void **state)
{
    assert_survives(state, synthesise, 2);
}

static void saving_a_model(void **state)
{
    assert_survives(state, save_model, 4);
}

static void writing_by_pieces(void **state)
{
    assert_survives(state, write_by_pieces, 2);
}

static void loading_a_model(void **state)
{
    assert_survives(state, load_model, 3);
}

static void training_fast(void **state)
{
    assert_survives(state, train, 9);
}

static void training_recipe_1998(void **state)
{
    assert_survives(state, train_recipe_1998, 9);
}

static void beginning_recipe_strings(void **state)
{
    assert_survives(state, begin_strings, 12);
}

static void cutting_a_string(void **state)
{
    assert_survives(state, cut_string, 40);
}

static void resuming(void **state)
{
    assert_survives(state, resume, 8);
}

static void loading_a_checkpoint(void **state)
{
    assert_survives(state, load_checkpoint, 3);
}

static void evaluating(void **state)
{
    assert_survives(state, evaluate, 5);
}

static void verifying(void **state)
{
    assert_survives(state, verify, 2);
}

static void reading_in_bulk(void **state)
{
    assert_survives(state, read_in_bulk, 2);
}

static void reading_by_pieces(void **state)
{
    assert_survives(state, read_by_pieces, 80);
}

static void reading_by_space_displacement(void **state)
{
    assert_survives(state, read_by_space_displacement, 80);
}

/* ---- With jansson's allocations failing as well ------------------------------------------------------------------ */

/* Saving with a failing allocation either fails or writes the right file. */
static void assert_saves_whole_or_fails(void **state, operation save, bool for_good)
{
    const fixture *f = *state;
    assert_int_equal(save(f, NULL), LENET5_OK);
    const buffer wanted = read_bytes(f->output.text);
    for (size_t i = 0, refused = 1; refused > 0; i++) {
        lenet5_error error;
        assert_in_range(i, 0, MAX_ALLOCATIONS);
        watch_memory(i, for_good);
        memory_watch.jansson = true;
        const lenet5_status status = save(f, &error);
        memory_watch.watching = false;
        refused = memory_watch.refused;
        if (refused > 0 && status != LENET5_OK)
            assert_failure(status, LENET5_E_MEMORY, &error, "");
        const buffer written = read_bytes(f->output.text);
        assert_int_equal(written.size, wanted.size);
        assert_memory_equal(written.data, wanted.data, wanted.size);
        free(written.data);
    }
    free(wanted.data);
}

static void a_saved_model_is_whole(void **state)
{
    assert_saves_whole_or_fails(state, save_model, false);
    assert_saves_whole_or_fails(state, save_model, true);
}

/* jansson does not always report out of memory as such, so another status is possible. */
static void a_loaded_model_is_whole(void **state)
{
    const fixture *f = *state;
    static lenet5_model model;
    for (size_t i = 0, refused = 1; refused > 0; i++) {
        assert_in_range(i, 0, MAX_ALLOCATIONS);
        fill(&model, sizeof model);
        watch_memory(i, false);
        memory_watch.jansson = true;
        const lenet5_status status = lenet5_model_load(&model, f->model_file.text, NULL);
        memory_watch.watching = false;
        refused = memory_watch.refused;
        if (status != LENET5_OK)
            assert_untouched(&model, sizeof model);
        else
            assert_memory_equal(&model, &f->model, sizeof model);
    }
}

/* ---- After a failure --------------------------------------------------------------------------------------------- */

static void old_file_survives_a_failed_saving(void **state)
{
    const fixture *f = *state;
    write_bytes(f->output.text, "old", 3);
    watch_memory(0, true);
    const lenet5_status status = save_model(f, NULL);
    memory_watch.watching = false;
    assert_int_equal(status, LENET5_E_MEMORY);
    const buffer bytes = read_bytes(f->output.text);
    assert_int_equal(bytes.size, 3);
    assert_memory_equal(bytes.data, "old", 3);
    free(bytes.data);
}

/* A training whose first epoch is finished except for its evaluation. */
static lenet5_training *training_without_evaluation(const fixture *f)
{
    lenet5_training *training;
    assert_int_equal(start(&training, f, "fast", NULL), LENET5_OK);
    watch_memory(0, true);
    const lenet5_status status = lenet5_training_step(training, NULL);
    memory_watch.watching = false;
    assert_int_equal(status, LENET5_E_MEMORY);
    assert_int_equal(lenet5_training_epochs_done(training), 0);
    return training;
}

/* The state after a successful step. */
static void assert_as_after_a_step(const fixture *f, const lenet5_training *training)
{
    static lenet5_model model, expected;
    lenet5_training *other;
    assert_int_equal(start(&other, f, "fast", NULL), LENET5_OK);
    assert_int_equal(lenet5_training_step(other, NULL), LENET5_OK);
    lenet5_training_model(&expected, other);
    lenet5_training_free(other);
    lenet5_training_model(&model, training);
    assert_int_equal(lenet5_training_epochs_done(training), 1);
    assert_memory_equal(&model.network, &expected.network, sizeof model.network);
    assert_int_equal(model.provenance.held_out_errors, expected.provenance.held_out_errors);
}

static void failed_evaluation_can_be_repeated(void **state)
{
    const fixture *f = *state;
    lenet5_training *training = training_without_evaluation(f);
    assert_int_equal(lenet5_training_step(training, NULL), LENET5_OK);
    assert_as_after_a_step(f, training);
    lenet5_training_free(training);
}

static void failed_evaluation_can_be_resumed(void **state)
{
    const fixture *f = *state;
    lenet5_training *training = training_without_evaluation(f);
    assert_int_equal(lenet5_training_save(f->output.text, training, NULL), LENET5_OK);
    lenet5_training_free(training);
    assert_int_equal(lenet5_training_resume(&training, f->output.text, NULL, &f->digits, &f->held_out, NULL),
                     LENET5_OK);
    assert_int_equal(lenet5_training_step(training, NULL), LENET5_OK);
    assert_as_after_a_step(f, training);
    lenet5_training_free(training);
}

/* The header claims 10,000,000 pictures of 20x20, 4 GB; the file has 4 bytes of them. */
static void header_claims_allocate_no_memory(void **state)
{
    const fixture *f = *state;
    static const uint8_t file[] = {0, 0, 8, 3, 0, 0x98, 0x96, 0x80, 0, 0, 0, 20, 0, 0, 0, 20, 1, 2, 3, 4};
    write_bytes(f->output.text, file, sizeof file);
    lenet5_dataset set;
    watch_memory(SIZE_MAX, false);
    const lenet5_status status = lenet5_dataset_read(&set, f->output.text, NULL, NULL);
    memory_watch.watching = false;
    assert_int_equal(status, LENET5_E_IDX_TRUNCATED);
    assert_in_range(memory_watch.greatest, 1, 1 << 20);
}

static void forward_and_backward_take_no_memory(void **state)
{
    const fixture *f = *state;
    static lenet5_maps maps, delta;
    static lenet5_lanes lanes;
    static lenet5_network gradient;
    const lenet5_loss loss = {LENET5_MAP, 12, 1};
    float d_penalty[LENET5_CLASSES];
    float posterior[LENET5_CLASSES + 1];
    const uint8_t *pictures[LENET5_LANES];
    for (size_t lane = 0; lane < LENET5_LANES; lane++)
        pictures[lane] = lenet5_dataset_picture(&f->digits, 0);
    watch_memory(0, true);
    lenet5_set_input_lanes(&lanes, pictures);
    lenet5_forward_lanes(&lanes, &f->model.network);
    lenet5_set_input(&maps, lenet5_dataset_picture(&f->digits, 0));
    lenet5_forward(&maps, &f->model.network);
    lenet5_loss_gradient(d_penalty, &loss, maps.penalty, 3);
    lenet5_backward(&gradient, &delta, &f->model.network, &maps, d_penalty);
    lenet5_posterior(posterior, &loss, maps.penalty);
    memory_watch.watching = false;
    assert_int_equal(memory_watch.count, 0);
}

/* ---- Fixtures ---------------------------------------------------------------------------------------------------- */

/* Two pictures of 1024x1024, so large that the reader's memory must grow. */
static void write_large_pictures(const fixture *f)
{
    enum { SIDE = 1024 };
    uint8_t labels[2] = {1, 2};
    lenet5_dataset set = {2, SIDE, SIDE, __real_calloc(2, SIDE * SIDE), labels, ""};
    assert_non_null(set.pixels);
    assert_int_equal(lenet5_dataset_write(f->images.text, f->labels.text, &set, NULL), LENET5_OK);
    free(set.pixels);
}

static void write_checkpoint(const fixture *f)
{
    lenet5_training *training;
    assert_int_equal(start(&training, f, "fast", NULL), LENET5_OK);
    assert_int_equal(lenet5_training_step(training, NULL), LENET5_OK);
    assert_int_equal(lenet5_training_save(f->checkpoint.text, training, NULL), LENET5_OK);
    lenet5_training_free(training);
}

/* The initial model of a training, whose numbers, unlike the sample's, are realistic. */
static void make_model(fixture *f)
{
    lenet5_training *training;
    assert_int_equal(start(&training, f, "1998", NULL), LENET5_OK);
    lenet5_training_model(&f->model, training);
    lenet5_training_free(training);
}

static int make_fixture(void **state)
{
    void *folder;
    if (make_folder(&folder) != 0)
        return -1;
    fixture *f = __real_calloc(1, sizeof *f);
    assert_non_null(f);
    *state = f;
    f->folder = folder;
    f->images = path_in(folder, "images");
    f->labels = path_in(folder, "labels");
    f->model_file = path_in(folder, "model");
    f->checkpoint = path_in(folder, "checkpoint");
    f->output = path_in(folder, "output");
    assert_non_null(lenet5_builtin_strings()); /* allocated once and kept */
    assert_non_null(lenet5_builtin_signs());
    f->digits = synthetic_digits(20, 1);
    f->held_out = synthetic_digits(10, 2);
    make_model(f);
    write_large_pictures(f);
    write_checkpoint(f);
    write_bytes(f->output.text, "", 0);
    assert_int_equal(lenet5_model_save(f->model_file.text, &f->model, NULL), LENET5_OK);
    return 0;
}

static int free_fixture(void **state)
{
    fixture *f = *state;
    void *folder = f->folder;
    lenet5_dataset_free(&f->digits);
    lenet5_dataset_free(&f->held_out);
    free(f);
    return remove_folder(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_a_set),
        cmocka_unit_test(writing_a_set),
        cmocka_unit_test(drawing_digits),
        cmocka_unit_test(saving_a_model),
        cmocka_unit_test(writing_by_pieces),
        cmocka_unit_test(loading_a_model),
        cmocka_unit_test(training_fast),
        cmocka_unit_test(training_recipe_1998),
        cmocka_unit_test(beginning_recipe_strings),
        cmocka_unit_test(cutting_a_string),
        cmocka_unit_test(resuming),
        cmocka_unit_test(loading_a_checkpoint),
        cmocka_unit_test(evaluating),
        cmocka_unit_test(verifying),
        cmocka_unit_test(reading_in_bulk),
        cmocka_unit_test(reading_by_pieces),
        cmocka_unit_test(reading_by_space_displacement),
        cmocka_unit_test(a_saved_model_is_whole),
        cmocka_unit_test(a_loaded_model_is_whole),
        cmocka_unit_test(old_file_survives_a_failed_saving),
        cmocka_unit_test(failed_evaluation_can_be_repeated),
        cmocka_unit_test(failed_evaluation_can_be_resumed),
        cmocka_unit_test(header_claims_allocate_no_memory),
        cmocka_unit_test(forward_and_backward_take_no_memory),
    };
    json_set_alloc_funcs(allocate_for_jansson, free);
    return cmocka_run_group_tests(tests, make_fixture, free_fixture);
}
