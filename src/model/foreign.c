#include "foreign.h"

#include <string.h>

#include "base/error.h"

#define MANUAL "docs/how-to/use-other-runtimes.md has the names and shapes"
#define FROM_PYTHON "save the twelve tensors with safetensors.numpy.save_file, then run lenet5 import; " MANUAL

typedef struct format {
    const char *begin; /* the first bytes, or those at an offset */
    size_t size, offset;
    const char *is, *remedy;
} format;

#define TORCH "save its state_dict with safetensors.torch.save_file, then run lenet5 import; " MANUAL

static const format formats[] = {
    {"\x89HDF\r\n\x1a\n", 8, 0, "an HDF5 file, as Keras writes (.h5)", FROM_PYTHON},
    {"GGUF", 4, 0, "a GGUF file, as llama.cpp reads", "this program reads models of LeNet-5 in safetensors files"},
    {"\x93NUMPY", 6, 0, "a NumPy array (.npy)", FROM_PYTHON},
    {"TFL3", 4, 4, "a TensorFlow Lite model (.tflite)", FROM_PYTHON},
    {"\0\0\x08\x03", 4, 0, "an IDX file of pictures", "a model is needed; --data or --images names pictures"},
    {"\0\0\x08\x01", 4, 0, "an IDX file of labels", "a model is needed; --data or --labels names labels"},
};

static const format onnx = {.is = "an ONNX model",
                            .remedy = "lenet5 import makes a model of one that lenet5 export onnx wrote"};
static const format pickle = {.is = "a Python pickle, as torch.save wrote before 1.6 (.pt, .pth)", .remedy = TORCH};
static const format torch_zip = {.is = "a PyTorch file (.pt, .pth)", .remedy = TORCH};
static const format numpy_zip = {.is = "a NumPy archive (.npz)", .remedy = FROM_PYTHON};
static const format keras_zip = {.is = "a Keras model (.keras)", .remedy = FROM_PYTHON};
static const format any_zip = {.is = "a ZIP archive", .remedy = "extract the model from it"};

bool lenet5_is_onnx(const uint8_t *bytes, size_t size)
{
    static const char fields[] = "\x12\x1a\x22\x2a\x32\x3a\x42\x72"; /* keys of the fields 2 to 8 and 14 */
    return size >= 3 && bytes[0] == 0x08 && bytes[1] >= 3 && bytes[1] < 0x20 && strchr(fields, bytes[2]) && bytes[2];
}

static bool begin_has(const uint8_t *bytes, size_t size, const char *text)
{
    const size_t length = strlen(text);
    for (size_t i = 0; i + length <= size && i < 4096; i++)
        if (memcmp(bytes + i, text, length) == 0)
            return true;
    return false;
}

static const format *format_of_zip(const uint8_t *bytes, size_t size)
{
    return begin_has(bytes, size, "data.pkl")        ? &torch_zip
           : begin_has(bytes, size, ".npy")          ? &numpy_zip
           : begin_has(bytes, size, "metadata.json") ? &keras_zip
                                                     : &any_zip;
}

static const format *format_of(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const format *f = &formats[i];
        if (size >= f->offset + f->size && memcmp(bytes + f->offset, f->begin, f->size) == 0)
            return f;
    }
    if (size >= 4 && memcmp(bytes, "PK\x03\x04", 4) == 0)
        return format_of_zip(bytes, size);
    if (size >= 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5)
        return &pickle;
    return lenet5_is_onnx(bytes, size) ? &onnx : NULL;
}

lenet5_status lenet5_refuse_foreign(const uint8_t *bytes, size_t size, const char *path, lenet5_error *error)
{
    const format *f = format_of(bytes, size);
    return f ? lenet5_fail(error, LENET5_E_MODEL_FORMAT, 0, "%s: byte 0: this is %s, no model of this program; %s",
                           path, f->is, f->remedy)
             : LENET5_OK;
}
