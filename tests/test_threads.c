/*
 * The same bits with any number of threads: model files and penalties. CMakeLists.txt runs this once for each
 * instruction set, named by the environment variable LENET5_ISA; those that this processor lacks are skipped.
 */
#include <stdlib.h>
#include <string.h>

#include "support.h"

#define MAX_THREADS 4
#define PICTURES 1000

/* ---- The instruction set ----------------------------------------------------------------------------------------- */

static const char *requested(void)
{
    return getenv("LENET5_ISA");
}

static bool is_listed(const char *isa)
{
    for (size_t i = 0; lenet5_isa_at(i); i++)
        if (strcmp(lenet5_isa_at(i), isa) == 0)
            return true;
    return false;
}

static const char *fastest(void)
{
    size_t count = 0;
    while (lenet5_isa_at(count))
        count++;
    return lenet5_isa_at(count - 1);
}

/* LENET5_ISA if it names an available set, else the fastest. */
static void the_environment_selects_the_instruction_set(void **state)
{
    (void)state;
    assert_string_equal(lenet5_isa(), requested() && is_listed(requested()) ? requested() : fastest());
}

/* For tests that would repeat the run of another instruction set. */
static void skip_unavailable_instruction_set(void)
{
    if (requested() && !is_listed(requested())) {
        print_message("    skipped: no %s on this processor\n", requested());
        skip();
    }
}

/* ---- Training ---------------------------------------------------------------------------------------------------- */

/* Trains for one epoch and writes the model. */
static void train(const char *file, const lenet5_training_options *options, const lenet5_dataset *set)
{
    lenet5_training *training;
    lenet5_model *model = malloc(sizeof *model);
    assert_non_null(model);
    assert_int_equal(lenet5_training_new(&training, options, set, set, NULL), LENET5_OK);
    while (!lenet5_training_finished(training))
        assert_int_equal(lenet5_training_step(training, NULL), LENET5_OK);
    lenet5_training_model(model, training);
    assert_int_equal(lenet5_model_save(file, model, NULL), LENET5_OK);
    lenet5_training_free(training);
    free(model);
}

static void assert_same_bytes(const char *one, const char *other)
{
    const buffer a = read_bytes(one);
    const buffer b = read_bytes(other);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    free(a.data);
    free(b.data);
}

static void train_with_any_threads(const char *folder, const char *recipe, size_t batch)
{
    lenet5_dataset set = synthetic_digits(PICTURES, 17);
    const path first = path_in(folder, "1.safetensors");
    for (unsigned threads = 1; threads <= MAX_THREADS; threads++) {
        const lenet5_training_options options = {
            .recipe = recipe, .seed = 3, .epochs = 1, .batch = batch, .threads = threads};
        const path file = threads == 1 ? first : path_in(folder, "n.safetensors");
        train(file.text, &options, &set);
        assert_same_bytes(first.text, file.text);
    }
    lenet5_dataset_free(&set);
}

/* Batches that fill their shards and batches that do not; the last batch of 1,000 pictures has another size. */
static void models_of_recipe_fast(void **state)
{
    skip_unavailable_instruction_set();
    const size_t batches[] = {32, 37, 48, 64, 200};
    for (size_t i = 0; i < LENGTH(batches); i++)
        train_with_any_threads(*state, "fast", batches[i]);
}

static void models_of_recipe_1998(void **state)
{
    skip_unavailable_instruction_set();
    train_with_any_threads(*state, "1998", 0);
}

/* Guards the tests above against a training that does nothing: another seed gives another file. */
static void another_seed_gives_another_model(void **state)
{
    skip_unavailable_instruction_set();
    lenet5_dataset set = synthetic_digits(PICTURES, 17);
    const path one = path_in(*state, "1.safetensors");
    const path two = path_in(*state, "2.safetensors");
    lenet5_model *models = malloc(2 * sizeof *models);
    assert_non_null(models);
    train(one.text, &(lenet5_training_options){.recipe = "fast", .seed = 3, .epochs = 1, .threads = 2}, &set);
    train(two.text, &(lenet5_training_options){.recipe = "fast", .seed = 4, .epochs = 1, .threads = 2}, &set);
    assert_int_equal(lenet5_model_load(&models[0], one.text, NULL), LENET5_OK);
    assert_int_equal(lenet5_model_load(&models[1], two.text, NULL), LENET5_OK);
    assert_memory_not_equal(&models[0].network, &models[1].network, sizeof models[0].network);
    free(models);
    lenet5_dataset_free(&set);
}

/* ---- Evaluation -------------------------------------------------------------------------------------------------- */

/* For counts of pictures that do and do not fill the last 16 lanes. */
static void penalties_of_an_evaluation(void **state)
{
    (void)state;
    skip_unavailable_instruction_set();
    const size_t counts[] = {1, 16, 333};
    lenet5_network *network = malloc(sizeof *network);
    assert_non_null(network);
    for (size_t i = 0; i < LENET5_PARAMETERS; i++)
        ((float *)network)[i] = ((float)((i * 7919) % 60013) - 30000) / 300000;
    for (size_t i = 0; i < LENGTH(counts); i++) {
        lenet5_dataset set = synthetic_digits(counts[i], 5);
        lenet5_evaluation one, other;
        assert_int_equal(lenet5_evaluate(&one, network, &set, 1, NULL), LENET5_OK);
        for (unsigned threads = 2; threads <= MAX_THREADS; threads++) {
            assert_int_equal(lenet5_evaluate(&other, network, &set, threads, NULL), LENET5_OK);
            assert_memory_equal(one.penalty, other.penalty, set.count * sizeof *one.penalty);
            lenet5_evaluation_free(&other);
        }
        lenet5_evaluation_free(&one);
        lenet5_dataset_free(&set);
    }
    free(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_selects_the_instruction_set),
        TEST_IN_FOLDER(models_of_recipe_fast),
        TEST_IN_FOLDER(models_of_recipe_1998),
        TEST_IN_FOLDER(another_seed_gives_another_model),
        cmocka_unit_test(penalties_of_an_evaluation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
