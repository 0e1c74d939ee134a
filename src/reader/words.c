/*
 * Words among numbers. A line in which the network sees letters is left out where other lines are numbers; alone on a
 * picture it stays, as not sure.
 */
#include "reading.h"

#define WORD_BELIEF 0.05  /* in the likeliest string: a number that is hard to read has more */
#define WORD_RUBBISH 0.02 /* a sign, on average: a digit has a tenth of it */

static bool is_word(const lenet5_read_line *l)
{
    if (l->decision == LENET5_ACCEPTED || l->crowded)
        return false;
    if (l->strings == 0)
        return true;
    return l->string[0].probability < WORD_BELIEF &&
           l->evidence[LENET5_EVIDENCE_RUBBISH] >= WORD_RUBBISH * (double)l->digits;
}

void lenet5_leave_out_words(lenet5_reading *reading)
{
    size_t kept = 0;
    for (size_t i = 0; i < reading->count; i++)
        kept += !is_word(&reading->lines[i]);
    if (kept == 0 || kept == reading->count)
        return;
    kept = 0;
    for (size_t i = 0; i < reading->count; i++)
        if (!is_word(&reading->lines[i]))
            reading->lines[kept++] = reading->lines[i];
    reading->count = kept;
    reading->notes |= LENET5_NOTE_WORDS;
}
