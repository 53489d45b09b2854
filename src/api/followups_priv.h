/* What the files of follow-ups share. */
#ifndef API_FOLLOWUPS_PRIV_H
#define API_FOLLOWUPS_PRIV_H

#include "api_priv.h"
#include "store/followup.h"

/* As it is at `now`. */
void followup_put(struct buf *b, const struct followup_row *f, int64_t now);

#endif
