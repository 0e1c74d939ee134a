/* Committees from one or several files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/sum.h"
#include "model_file.h"
#include "net/bounds.h"
#include "safetensors_file.h"

/* The tensors of the first network have their plain names; those of the second have the prefix "2/", and so on. */
#define NAME_SIZE 40
typedef struct member_tensors {
    tensor tensors[LENET5_TENSORS];
    char names[LENET5_TENSORS][NAME_SIZE];
} member_tensors;

static void name_tensors(member_tensors *m, lenet5_network *network, size_t number)
{
    lenet5_network_tensors(m->tensors, network);
    for (size_t i = 0; i < LENET5_TENSORS && number > 0; i++) {
        snprintf(m->names[i], NAME_SIZE, "%zu/%s", number + 1, m->tensors[i].name);
        m->tensors[i].name = m->names[i];
    }
}

static lenet5_status grow(lenet5_committee *committee, size_t more, lenet5_error *error)
{
    if (more > LENET5_MAX_COMMITTEE - committee->count)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "the committee has more than %d networks",
                           LENET5_MAX_COMMITTEE);
    lenet5_network *networks = realloc(committee->networks, (committee->count + more) * sizeof *committee->networks);
    if (!networks)
        return lenet5_fail_memory(error);
    committee->networks = networks;
    return LENET5_OK;
}

static lenet5_status take_members(lenet5_committee *committee, const safetensors *file, lenet5_error *error)
{
    uint64_t count;
    lenet5_status status = lenet5_model_networks(&count, file, error);
    if (status == LENET5_OK)
        status = grow(committee, (size_t)count, error);
    for (size_t i = 0; i < count && status == LENET5_OK; i++) {
        member_tensors m;
        name_tensors(&m, &committee->networks[committee->count], i);
        for (size_t k = 0; k < LENET5_TENSORS && status == LENET5_OK; k++)
            status = lenet5_safetensors_get(&m.tensors[k], file, error);
        if (status == LENET5_OK)
            committee->count++;
    }
    return status;
}

static lenet5_status load_one(lenet5_committee *committee, const char *path, lenet5_error *error)
{
    safetensors file;
    lenet5_provenance provenance = {0};
    const bool first = committee->count == 0;
    lenet5_status status = lenet5_safetensors_read(&file, path, error);
    if (status != LENET5_OK)
        return status;
    status = lenet5_provenance_get(&provenance, &file, error);
    if (status == LENET5_OK)
        status = take_members(committee, &file, error);
    if (status == LENET5_OK && first)
        committee->provenance = provenance;
    lenet5_safetensors_free(&file);
    return status;
}

lenet5_status lenet5_committee_load(lenet5_committee *committee, const char *const *paths, size_t count,
                                    lenet5_error *error)
{
    lenet5_committee loaded = {0};
    lenet5_status status = LENET5_OK;
    if (count == 0)
        status = lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "no model file given");
    for (size_t i = 0; i < count && status == LENET5_OK; i++)
        status = load_one(&loaded, paths[i], error);
    if (status == LENET5_OK)
        *committee = loaded;
    else
        lenet5_committee_free(&loaded);
    return status;
}

static lenet5_status save(const char *path, const lenet5_committee *committee, lenet5_error *error)
{
    const size_t count = committee->count;
    lenet5_network *networks = malloc(count * sizeof *networks); /* a copy, because tensors are not const */
    member_tensors *members = calloc(count, sizeof *members);
    tensor *tensors = calloc(count * LENET5_TENSORS, sizeof *tensors);
    json_t *metadata = lenet5_provenance_to_json(&committee->provenance, MODEL_FORMAT);
    lenet5_status status = LENET5_OK;
    if (!networks || !members || !tensors || !metadata)
        status = lenet5_fail_memory(error);
    else if (count > 1 && json_object_set_new(metadata, "networks", json_sprintf("%zu", count)) != 0)
        status = lenet5_fail_memory(error);
    if (status == LENET5_OK) {
        memcpy(networks, committee->networks, count * sizeof *networks);
        for (size_t i = 0; i < count; i++) {
            name_tensors(&members[i], &networks[i], i);
            memcpy(&tensors[i * LENET5_TENSORS], members[i].tensors, sizeof members[i].tensors);
        }
        status = lenet5_safetensors_write(path, tensors, count * LENET5_TENSORS, metadata, error);
    }
    json_decref(metadata);
    free(tensors);
    free(members);
    free(networks);
    return status;
}

lenet5_status lenet5_committee_save(const char *path, const lenet5_committee *committee, lenet5_error *error)
{
    lenet5_status status = lenet5_check_committee(committee, error);
    if (status == LENET5_OK)
        status = lenet5_provenance_check(&committee->provenance, path, error);
    return status == LENET5_OK ? save(path, committee, error) : status;
}

void lenet5_committee_sha256(char sha256[65], const lenet5_committee *committee)
{
    lenet5_data_sum(sha256, (const uint8_t *)committee->networks, committee->count * sizeof *committee->networks);
}
