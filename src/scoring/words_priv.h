/* Values of a model's fields in words; review_words.c. */
#ifndef SCORING_WORDS_PRIV_H
#define SCORING_WORDS_PRIV_H

#include "base/buf.h"
#include "scoring/review.h"

/* The value of the field `key`; NULL: it is left out. */
void put_value_words(struct buf *b, const char *key, const json_t *v, enum model_language language);

#endif
