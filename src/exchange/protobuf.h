/*
 * The wire format of Protocol Buffers, as far as ONNX files need it. A message is a sequence of fields, each a key
 * (number and kind) and a value: an integer of 7 bits a byte, 4 or 8 bytes, or a length and that many bytes, which may
 * be a message again. protobuf-c is not used, since its reader recurses as deep as a file asks for and then overflows
 * the stack; this one does not recurse.
 */
#ifndef LENET5_EXCHANGE_PROTOBUF_H
#define LENET5_EXCHANGE_PROTOBUF_H

#include "json/text.h"

/* Add a field to a message. */
void proto_put_whole(text_buffer *message, unsigned field, uint64_t value);
void proto_put_bytes(text_buffer *message, unsigned field, const void *bytes, size_t size);
void proto_put_string(text_buffer *message, unsigned field, const char *string);

/* Adds a message as a field, and frees it. */
void proto_put_message(text_buffer *message, unsigned field, text_buffer *part);

/* What is left of a message to be read. */
typedef struct proto_reader {
    const uint8_t *next, *end;
    bool broken; /* a field does not end within the message */
} proto_reader;

typedef struct proto_field {
    unsigned number;
    uint64_t whole;       /* of an integer; else 0 */
    const uint8_t *bytes; /* of a string or a message; else NULL */
    size_t size;
} proto_field;

/* Reads the next field; false at the end of the message, and where it is broken. */
bool proto_next(proto_field *field, proto_reader *reader);

/* The message in a field; empty for an integer. */
proto_reader proto_message(const proto_field *field);

#endif
