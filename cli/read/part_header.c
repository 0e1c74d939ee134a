/* The header of a part's manifest: everything besides the inputs that its results depend on. */
#include "read.h"
#include "json/values.h"

static json_t *text_or_null(const char *text)
{
    return text && text[0] ? any_string_json(text) : json_null();
}

static json_t *model_json(const lenet5_committee *models)
{
    char sha256[SHA256_SIZE];
    const lenet5_loss *loss = &models->provenance.loss;
    lenet5_committee_sha256(sha256, models);
    return json_pack("{s:s, s:s, s:f, s:f}", "sha256", sha256, "loss", loss->criterion == LENET5_MAP ? "map" : "mse",
                     "rubbish", loss->rubbish, "scale", loss->scale);
}

/* NULL: there was no memory for the model. */
static json_t *builtin_json(const lenet5_model *model)
{
    if (!model)
        return NULL;
    lenet5_network network = model->network; /* a copy, because those of a committee are not const */
    const lenet5_committee alone = {.count = 1, .networks = &network, .provenance = model->provenance};
    return model_json(&alone);
}

static json_t *region_json(const read_job *job)
{
    const lenet5_box *r = &job->region;
    if (job->whole)
        return json_null();
    return json_pack("[I,I,I,I]", (json_int_t)r->x, (json_int_t)r->y, (json_int_t)r->width, (json_int_t)r->height);
}

static void add_options(json_t **header, const read_job *job)
{
    const lenet5_read_options *o = &job->options;
    add_member(header, "output", json_string(job->output == OUTPUT_JSON ? "json" : "csv"));
    add_member(header, "evidence", json_boolean(job->evidence));
    add_member(header, "format", text_or_null(o->format));
    add_member(header, "list_sha256", text_or_null(job->codes.sha256));
    add_member(header, "check", json_string(check_names[o->check]));
    add_member(header, "marks", json_boolean(!o->digits_only));
    add_member(header, "threshold", o->threshold > 0 ? json_real(o->threshold) : json_null());
    add_member(header, "n_best", json_integer((json_int_t)o->n_best));
    add_member(header, "region", region_json(job));
    add_member(header, "template_sha256", text_or_null(job->form.sha256));
    add_member(header, "method", json_string(method_names[o->method]));
    add_member(header, "max_pixels", json_integer((json_int_t)o->max_pixels));
    add_member(header, "timeout", json_real(o->seconds));
}

json_t *part_header(const read_job *job)
{
    json_t *header =
        json_pack("{s:i, s:I, s:I, s:s, s:s}", "lenet5_part", MANIFEST_VERSION, "part", (json_int_t)job->shard.part,
                  "parts", (json_int_t)job->shard.parts, "version", lenet5_version(), "isa", lenet5_isa());
    add_options(&header, job);
    add_member(&header, "model", model_json(&job->models));
    add_member(&header, "digits_model", builtin_json(lenet5_builtin()));
    add_member(&header, "signs_model", builtin_json(lenet5_builtin_signs()));
    return header;
}
