#include "protobuf.h"

#include <string.h>

enum { VARINT = 0, FIXED_64 = 1, BYTES = 2, FIXED_32 = 5 }; /* the lower 3 bits of a key */

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

static void put_varint(text_buffer *message, uint64_t value)
{
    for (; value > 127; value >>= 7)
        text_put(message, &(uint8_t){(uint8_t)(value | 128)}, 1);
    text_put(message, &(uint8_t){(uint8_t)value}, 1);
}

void proto_put_whole(text_buffer *message, unsigned field, uint64_t value)
{
    put_varint(message, field << 3 | VARINT);
    put_varint(message, value);
}

void proto_put_bytes(text_buffer *message, unsigned field, const void *bytes, size_t size)
{
    put_varint(message, field << 3 | BYTES);
    put_varint(message, size);
    text_put(message, bytes, size);
}

void proto_put_string(text_buffer *message, unsigned field, const char *string)
{
    proto_put_bytes(message, field, string, strlen(string));
}

void proto_put_message(text_buffer *message, unsigned field, text_buffer *part)
{
    proto_put_bytes(message, field, part->bytes, part->size);
    message->failed |= part->failed;
    text_free(part);
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

static uint64_t get_varint(proto_reader *r)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && r->next < r->end; shift += 7) {
        const uint8_t byte = *r->next++;
        value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return value;
    }
    r->broken = true;
    return 0;
}

static const uint8_t *get_bytes(proto_reader *r, uint64_t size)
{
    const uint8_t *bytes = r->next;
    r->broken |= size > (uint64_t)(r->end - r->next);
    if (!r->broken)
        r->next += size;
    return bytes;
}

bool proto_next(proto_field *field, proto_reader *r)
{
    if (r->broken || r->next == r->end)
        return false;
    const uint64_t key = get_varint(r);
    *field = (proto_field){.number = (unsigned)(key >> 3)};
    switch (key & 7) {
    case VARINT: field->whole = get_varint(r); break;
    case FIXED_64: get_bytes(r, 8); break;
    case FIXED_32: get_bytes(r, 4); break;
    case BYTES:
        field->size = (size_t)get_varint(r);
        field->bytes = get_bytes(r, field->size);
        break;
    default: r->broken = true;
    }
    r->broken |= key >> 3 == 0 || key >> 3 > UINT32_MAX >> 3;
    return !r->broken;
}

proto_reader proto_message(const proto_field *field)
{
    return (proto_reader){.next = field->bytes, .end = field->bytes ? field->bytes + field->size : NULL};
}
