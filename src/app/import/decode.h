/* A file's bytes as UTF-8, whatever it was written in: spreadsheets in China still write GB18030, and "Unicode text" is
 * UTF-16. */
#ifndef APP_IMPORT_DECODE_H
#define APP_IMPORT_DECODE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/status.h"

struct decode;

/* path "-": standard input, which is taken for UTF-8 unless `encoding` says otherwise. encoding NULL: by a byte order
 * mark, or as UTF-8 if all of the first 64 MiB is, else as GB18030 if all of it is. Errors: ST_UNAVAILABLE,
 * ST_INVALID "encoding_unknown". */
enum status decode_open(const char *path, const char *encoding, struct decode **ret, struct err *e);
void decode_close(struct decode **d);                /* accepts NULL and *NULL */
const char *decode_encoding(const struct decode *d); /* "UTF-8", "GB18030", ... */
bool decode_seekable(const struct decode *d);
uint64_t decode_size(const struct decode *d); /* of the file, in bytes; 0: not known */
/* Goes to a place, counted in bytes of UTF-8. */
enum status decode_seek(struct decode *d, uint64_t offset, struct err *e);
/* Like read(2); ctx is the decode. Bytes that are none of the encoding's become U+FFFD. */
ssize_t decode_read(void *ctx, void *to, size_t n);

#endif
