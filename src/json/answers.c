#include "answers.h"

#include <string.h>

/* ---- Single digits ----------------------------------------------------------------------------------------------- */

digit_answer digit_answer_of(const lenet5_loss *loss, const float penalty[LENET5_CLASSES], double threshold)
{
    digit_answer a = {.digit = lenet5_best(penalty)};
    lenet5_posterior(a.posterior, loss, penalty);
    a.accepted = 1 / (1 + lenet5_odds_against(loss, penalty)) >= threshold;
    memcpy(a.penalty, penalty, sizeof a.penalty);
    return a;
}

digit_answer digit_answer_empty(void)
{
    return (digit_answer){.empty = true, .posterior[LENET5_RUBBISH] = 1};
}

void put_digit_answer(text_buffer *t, const digit_answer *a)
{
    text_puts(t, "\"digit\":");
    if (a->empty)
        text_puts(t, "null");
    else
        text_whole(t, a->digit);
    text_puts(t, ",\"probability\":");
    text_fixed(t, a->empty ? 0 : (double)a->posterior[a->digit], PROBABILITY_DECIMALS);
    text_puts(t, ",\"posterior\":");
    text_fixed_list(t, a->posterior, LENET5_CLASSES, PROBABILITY_DECIMALS);
    text_puts(t, ",\"rubbish\":");
    text_fixed(t, (double)a->posterior[LENET5_RUBBISH], PROBABILITY_DECIMALS);
    text_puts(t, a->accepted ? ",\"decision\":\"accepted\"" : ",\"decision\":\"rejected\"");
    if (a->empty) {
        text_puts(t, ",\"reason\":\"no ink found\"");
        return;
    }
    text_puts(t, ",\"penalties\":");
    text_fixed_list(t, a->penalty, LENET5_CLASSES, PENALTY_DECIMALS);
}

/* ---- Strings ----------------------------------------------------------------------------------------------------- */

const char *decision_name(lenet5_decision decision)
{
    return decision == LENET5_ACCEPTED ? "accepted" : "unsure";
}

static json_t *box_json(const lenet5_box *b)
{
    return json_pack("[I,I,I,I]", (json_int_t)b->x, (json_int_t)b->y, (json_int_t)b->width, (json_int_t)b->height);
}

static json_t *notes_json(unsigned notes)
{
    json_t *list = json_array();
    for (unsigned bit = 1; bit <= notes; bit <<= 1)
        if (notes & bit)
            add_item(&list, json_string(lenet5_note_text(bit)));
    return list;
}

static json_t *strings_json(const lenet5_read_line *l)
{
    json_t *list = json_array();
    for (size_t i = 0; i < l->strings; i++)
        add_item(&list, json_pack("{s:s, s:f}", "string", l->string[i].text, "probability", l->string[i].probability));
    return list;
}

static json_t *digits_json(const lenet5_read_line *l)
{
    json_t *list = json_array();
    for (size_t i = 0; i < l->digits; i++)
        add_item(&list, json_pack("{s:i, s:f, s:o}", "digit", (int)l->digit[i].digit, "probability",
                                  l->digit[i].probability, "box", box_json(&l->digit[i].box)));
    return list;
}

static json_t *marks_json(const lenet5_read_line *l)
{
    json_t *list = json_array();
    for (size_t i = 0; i < l->marks; i++)
        add_item(&list, json_pack("{s:s#, s:I, s:f, s:o}", "mark", &l->mark[i].mark, 1, "place",
                                  (json_int_t)l->mark[i].position, "probability", l->mark[i].probability, "box",
                                  box_json(&l->mark[i].box)));
    return list;
}

/* Line 0 stands for a page in which nothing is written. */
static json_t *place_json(const read_place *place, size_t line)
{
    json_t *object = json_pack("{s:o, s:i, s:I}", "file", any_string_json(place->file), "page", place->page, "line",
                               (json_int_t)line);
    if (place->field)
        add_member(&object, "field", any_string_json(place->field));
    return object;
}

/* Adds the members of the second object to the first. NULL if either is NULL. */
static json_t *with(json_t *object, json_t *more)
{
    const bool whole = more && json_object_update(object, more) == 0;
    json_decref(more);
    if (whole)
        return object;
    json_decref(object);
    return NULL;
}

json_t *reading_json(const read_place *place, const lenet5_reading *reading, size_t line)
{
    const lenet5_read_line *l = &reading->lines[line - 1];
    json_t *object = with(
        place_json(place, line),
        json_pack("{s:s, s:s, s:f, s:o, s:o, s:o, s:o, s:o, s:i}", "string", l->strings ? l->string[0].text : "",
                  "decision", decision_name(l->decision), "probability", l->strings ? l->string[0].probability : 0.0,
                  "box", box_json(&l->box), "n_best", strings_json(l), "digits", digits_json(l), "marks", marks_json(l),
                  "notes", notes_json(reading->notes), "turned", (int)reading->turned));
    if (l->table > 0) {
        add_member(&object, "table", json_integer((json_int_t)l->table));
        add_member(&object, "row", json_integer((json_int_t)l->row));
        add_member(&object, "column", json_integer((json_int_t)l->column));
    }
    if (l->decision == LENET5_UNSURE && l->strings > 0)
        add_member(&object, "reason", json_string(lenet5_evidence_doubt(l->doubt)));
    return object;
}

json_t *evidence_json(const lenet5_read_line *line)
{
    json_t *object = json_object();
    for (unsigned i = 0; i < LENET5_EVIDENCE; i++)
        add_member(&object, lenet5_evidence_name(i), json_real(line->evidence[i]));
    return object;
}

json_t *empty_reading_json(const read_place *place, const lenet5_reading *reading)
{
    return with(place_json(place, 0), json_pack("{s:s, s:s, s:f, s:[], s:[], s:[], s:o, s:i}", "string", "", "decision",
                                                "empty", "probability", 0.0, "n_best", "digits", "marks", "notes",
                                                notes_json(reading->notes), "turned", (int)reading->turned));
}

/* ---- The network ------------------------------------------------------------------------------------------------- */

json_t *network_json(void)
{
    json_t *layers = json_array();
    size_t parameters = 0, connections = 0;
    for (size_t i = 0; i < LENET5_LAYERS; i++) {
        const lenet5_layer *l = &lenet5_layers[i];
        add_item(&layers,
                 json_pack("{s:s, s:s, s:s, s:I, s:I}", "name", l->name, "output", l->output, "kind", l->kind,
                           "parameters", (json_int_t)l->parameters, "connections", (json_int_t)l->connections));
        parameters += l->parameters;
        connections += l->connections;
    }
    return json_pack("{s:o, s:I, s:I}", "layers", layers, "parameters", (json_int_t)parameters, "connections",
                     (json_int_t)connections);
}

json_t *provenance_json(const lenet5_provenance *p)
{
    json_t *object =
        json_pack("{s:s, s:s, s:f, s:f, s:o, s:i, s:s, s:s, s:s*, s:I, s:I, s:s, s:I, s:I}", "recipe", p->recipe,
                  "loss", p->loss.criterion == LENET5_MAP ? "map" : "mse", "rubbish", p->loss.rubbish, "scale",
                  p->loss.scale, "seed", whole_json(p->seed), "passes", (int)p->epochs, "data", p->data_name,
                  "data_sha256", p->data_sha256, "teacher_sha256", p->teacher_sha256[0] ? p->teacher_sha256 : NULL,
                  "training_pictures", (json_int_t)p->training_pictures, "validation_pictures",
                  (json_int_t)p->validation_pictures, "held_out", p->held_out_name, "held_out_pictures",
                  (json_int_t)p->held_out_pictures, "held_out_errors", (json_int_t)p->held_out_errors);
    if (!p->teacher_sha256[0] || json_object_get(object, "teacher_sha256"))
        return object;
    json_decref(object); /* s* of json_pack leaves a member out if memory is out */
    return NULL;
}
