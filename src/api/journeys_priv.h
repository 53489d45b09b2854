/* What the files of journeys share. */
#ifndef API_JOURNEYS_PRIV_H
#define API_JOURNEYS_PRIV_H

#include <string.h>

#include "api_priv.h"
#include "store/journey.h"

void journey_put(struct buf *b, const struct journey_row *j);
enum status journey_reply(struct api_call *c, struct db *db, const struct uuid *id, int status, struct err *e);

#endif
