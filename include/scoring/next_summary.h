/* Looking ahead in one or a few sentences, for the person who is about to call the lead. */
#ifndef SCORING_NEXT_SUMMARY_H
#define SCORING_NEXT_SUMMARY_H

#include "base/buf.h"
#include "scoring/next.h"

/* Plain text, Chinese when `chinese`, else English. Of a label in both languages ("访问价格页 / Pricing page") the part of that language is taken.
 * Days are those of the model's time zone. */
void next_summary(struct buf *out, const struct model *m, const struct scoring_next *n, bool chinese);

#endif
