/* The delivery of webhooks: threads that send what the fan-out has put into the endpoints' queues. */
#ifndef WORK_DELIVER_H
#define WORK_DELIVER_H

#include "work/work.h"

struct deliver;
enum status deliver_start(const struct work_config *c, struct deliver **ret, struct err *e);
/* What is under way gets a moment to end. Accepts NULL and *NULL. */
void deliver_stop(struct deliver **d);
/* Queues of a workspace have grown; NULL: of any. Any thread. */
void deliver_poke(struct deliver *d, const struct uuid *workspace);

#endif
