/* What the files of playbooks share. */
#ifndef API_PLAYBOOKS_PRIV_H
#define API_PLAYBOOKS_PRIV_H

#include <string.h>

#include "api_priv.h"
#include "store/playbook.h"

/* `broken`: its condition does not go with the active model. */
void playbook_put(struct buf *b, const struct playbook_row *p, bool broken);
enum status playbook_reply(
    struct api *a, struct api_call *c, struct db *db, const struct uuid *id, int status, struct err *e);

#endif
