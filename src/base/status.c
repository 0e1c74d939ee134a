/* The functions of lenet5/base.h. They are in liblenet5 alone; error.c is in liblenet5_reader too. */
#include "lenet5/base.h"

const char *lenet5_version(void)
{
    return LENET5_VERSION;
}

unsigned lenet5_version_number(void)
{
    return LENET5_VERSION_NUMBER;
}

const char *lenet5_strerror(lenet5_status status)
{
    switch (status) {
    case LENET5_OK: return "done";
    case LENET5_E_ARGUMENT: return "a value outside its range";
    case LENET5_E_MEMORY: return "out of memory";
    case LENET5_E_OPEN: return "the file cannot be opened";
    case LENET5_E_READ: return "the file cannot be read";
    case LENET5_E_WRITE: return "the file cannot be written";
    case LENET5_E_DIVERGED: return "the training has diverged";
    case LENET5_E_TIME: return "the time limit is reached";
    case LENET5_E_STOPPED: return "stopped on request";
    case LENET5_E_FORKED: return "threads that a fork has left behind";
    case LENET5_E_RANKS: return "another process of the training fails or differs";
    case LENET5_E_DATA_MISSING: return "no such data set in the folder";
    case LENET5_E_IDX_MAGIC: return "not an IDX file";
    case LENET5_E_IDX_TYPE: return "an IDX file of another type of number";
    case LENET5_E_IDX_DIMENSIONS: return "an IDX file of other dimensions";
    case LENET5_E_IDX_TRUNCATED: return "the IDX file ends too early";
    case LENET5_E_IDX_TRAILING: return "the IDX file goes on after its end";
    case LENET5_E_IDX_LABEL: return "a label that is not a digit";
    case LENET5_E_IDX_COUNT: return "pictures and labels differ in number";
    case LENET5_E_DATA_TEXT: return "a line that is not a label and 16x16 values";
    case LENET5_E_MODEL_TRUNCATED: return "the model file ends too early";
    case LENET5_E_MODEL_HEADER_SIZE: return "the model file's header has an impossible size";
    case LENET5_E_MODEL_JSON: return "the model file's header is damaged";
    case LENET5_E_MODEL_DTYPE: return "a tensor of another type";
    case LENET5_E_MODEL_SHAPE: return "a tensor of another shape";
    case LENET5_E_MODEL_OFFSETS: return "tensors that overlap, leave holes or reach past the end";
    case LENET5_E_MODEL_MISSING: return "a tensor or an entry of the metadata is missing";
    case LENET5_E_MODEL_UNKNOWN: return "a tensor that LeNet-5 does not have";
    case LENET5_E_MODEL_NUMBER: return "a number that is not finite, or too large";
    case LENET5_E_MODEL_CHECKSUM: return "the tensors are not those that were written";
    case LENET5_E_MODEL_METADATA: return "an impossible entry of the metadata";
    case LENET5_E_MODEL_FORMAT: return "a file in a format of another program";
    case LENET5_E_CHECKPOINT: return "the checkpoint belongs to another training";
    case LENET5_E_PICTURE_FORMAT: return "not a picture that can be read";
    case LENET5_E_PICTURE_SIZE: return "a picture of impossible size";
    case LENET5_E_PICTURE_EMPTY: return "a picture without ink";
    }
    return "an unknown status";
}
