/*
 * GET /v1/network: the network that reads single digits; of a committee the last one, whose maps /v1/classify writes.
 */
#include <string.h>

#include "answers.h"
#include "routes.h"
#include "serve/transport/response.h"
#include "json/answers.h"

#define WEIGHT_DECIMALS 6

static void put_codes(text_buffer *t)
{
    static const size_t shape[] = {LENET5_CLASSES, 12, 7};
    float codes[LENET5_CLASSES][12][7];
    for (size_t i = 0; i < sizeof codes / sizeof(float); i++)
        ((float *)codes)[i] = (float)((const signed char *)lenet5_codes)[i];
    text_fixed_tensor(t, &codes[0][0][0], shape, 3, 0);
}

static void put_table(text_buffer *t)
{
    for (size_t i = 0; i < 6 * 16; i++) {
        text_puts(t, i == 0 ? "[[" : i % 16 == 0 ? "],[" : ",");
        text_puts(t, lenet5_c3_table[i / 16][i % 16] ? "true" : "false");
    }
    text_puts(t, "]]");
}

/* Writes the tensors up to S4: "c1.weight" is "weight" of "c1". */
static void put_weights(text_buffer *t, const lenet5_network *network)
{
    const float *numbers = (const float *)network;
    char layer[8] = "";
    for (size_t i = 0; i < LENET5_TENSORS && strncmp(lenet5_tensors[i].name, "c5", 2) != 0; i++) {
        const lenet5_tensor *tensor = &lenet5_tensors[i];
        const bool same = strncmp(layer, tensor->name, 2) == 0;
        memcpy(layer, tensor->name, 2);
        if (!same) {
            text_puts(t, i ? "}," : "{");
            text_string(t, layer);
        }
        text_puts(t, same ? "," : ":{");
        text_string(t, tensor->name + 3);
        text_puts(t, ":");
        text_fixed_tensor(t, numbers + tensor->first, tensor->shape, tensor->dimensions, WEIGHT_DECIMALS);
    }
    text_puts(t, "}}");
}

void answer_network(request *r)
{
    text_buffer *t = &r->response;
    const lenet5_committee *committee = request_options(r)->digits;
    json_t *network = network_json();
    add_member(&network, "metadata", provenance_json(&committee->provenance));
    text_json(t, network);
    t->size -= t->size > 0; /* removes the closing brace, since members follow */
    text_puts(t, ",\"table\":");
    put_table(t);
    text_puts(t, ",\"codes\":");
    put_codes(t);
    text_puts(t, ",\"weights\":");
    put_weights(t, &committee->networks[committee->count - 1]);
    text_puts(t, "}\n");
    response_set_text(r, JSON_TYPE);
}
