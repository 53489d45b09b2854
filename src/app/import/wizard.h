/* A mapping for a CSV file that has none: guessed from its header and its first rows, shown, and asked about. */
#ifndef APP_IMPORT_WIZARD_H
#define APP_IMPORT_WIZARD_H

#include "../subcommand.h"
#include "decode.h"

/* *ret is owned: the mapping's document. An export of ours is recognised and needs no question; else with --yes and
 * --print-mapping none is asked, and without a terminal to ask on that is EXIT_USAGE. EXIT_STATE: the answer was no. */
int wizard_run(const struct invocation *in, struct decode *file, const char *country, char **ret, size_t *ret_n);

#endif
