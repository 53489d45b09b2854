/* What the files of the ingest batch share. */
#ifndef STORE_BATCH_PRIV_H
#define STORE_BATCH_PRIV_H

#include "store/batch.h"

/* Copies at most cap - 1 bytes; NULL is "". */
void store_word(char *out, size_t cap, const char *s);
enum model_wish store_wish(const char *word);

/* The leads' scores under other models: the statement, and its rows. */
enum status store_scores_send(struct db *db, const struct uuid *workspace, const struct uuid *keys, size_t n_keys, const struct uuid *ids, size_t n_ids, struct err *e);
enum status store_scores_take(const struct db_result *r, struct arena *arena, struct batch_rows *rows, struct err *e);

/* batch_merge.c: merges and what hangs on them, behind the leads' own rows. */
enum status store_merges_send(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e);

/* batch_handoff.c: moves of handoffs, before new ones are made: a lead has one that is open at most. */
enum status store_handoff_moves_send(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e);

#endif
