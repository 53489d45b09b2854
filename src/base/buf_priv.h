/* What base writes into a buf beside the public helpers. */
#ifndef BASE_BUF_PRIV_H
#define BASE_BUF_PRIV_H

#include "base/buf.h"

/* Shortest decimal text that reads back as the same finite double ("0.1", "3", "1e+20"). */
void buf_put_double(struct buf *b, double v);

#endif
