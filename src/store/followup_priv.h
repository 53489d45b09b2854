/* What the files of follow-ups share: pieces of their transactions. */
#ifndef STORE_FOLLOWUP_PRIV_H
#define STORE_FOLLOWUP_PRIV_H

#include "store/followup.h"

enum status store_followup_begin(struct db *db, struct err *e);
enum status store_followup_send_moves(
    struct db *db, const struct uuid *workspace, const struct followup_move *m, size_t n, struct err *e);
enum status store_followup_send_told(struct db *db, const struct uuid *workspace, const struct uuid *told,
    const struct uuid *lead, const char *topic, const char *payload, int64_t now, struct err *e);
/* COMMIT, or else ROLLBACK. */
enum status store_followup_end(struct db *db, enum status sent, struct err *e);

#endif
