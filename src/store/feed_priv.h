/* What the readings of the change feed share. */
#ifndef STORE_FEED_PRIV_H
#define STORE_FEED_PRIV_H

#include "store/feed.h"

/* Gives new places when a reader who is at `after` and takes `limit` at a time comes near the end. Everything up to
 * *ret_last has its place and keeps it. ST_NOT_FOUND "workspace_not_found". (feed.c) */
enum status feed_ready(
    struct db *db, const struct uuid *workspace, int64_t after, size_t limit, int64_t *ret_last, struct err *e);

#endif
