/* Following a job on the terminal until it ends. */
#ifndef APP_WATCH_H
#define APP_WATCH_H

#include "base/ident.h"
#include "store/db.h"
#include "subcommand.h"

/* A bar on a terminal, else a line now and then, on standard error. EXIT_OK when the job was done, EXIT_FAILED when it
 * failed or was cancelled (said), or the database stayed away. *db is opened anew when it is lost. */
int watch_job(const struct invocation *in, struct db **db, const struct uuid *workspace, const struct uuid *job);

#endif
