/* What the fuzz targets share. Each defines LLVMFuzzerTestOneInput, most over JSON text; libFuzzer drives it, or replay.c over files.
 *
 * A target aborts when something that must hold does not, so the fuzzer keeps the input. Inputs that are no JSON within the limits are left out. */
#ifndef FUZZ_H
#define FUZZ_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "scoring/lead.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* New reference; NULL: not for us. */
json_t *fuzz_json(const uint8_t *data, size_t size);
/* Aborts and says what was expected. */
void fuzz_expect(bool holds, const char *what);
/* A fault has a code and a sentence, and points into the document: at a value, or at a key that an object there lacks. */
void fuzz_expect_fault(json_t *document, const char *prefix, const struct err *e);
/* The history under the model: by replay, by one event after another with saving and loading in between, and explained, all give the same lead. `events` are in any order
 * and may hold duplicates. */
void fuzz_history(struct model *m, struct scoring_event *events, size_t n, int64_t at);

#endif
