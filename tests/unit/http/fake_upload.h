/* POST /upload of the fake api: a thread reads the body, `us` of sleep before each piece, and wants no more after `stop`
 * bytes. What was read is the answer: how much, and the sum of all bytes. */
#ifndef TEST_FAKE_UPLOAD_H
#define TEST_FAKE_UPLOAD_H

#include "fake_api.h"

void fake_upload_begin(struct fake_counts *counts, struct api_call *c, long us, long stop);
void fake_upload_submit(struct api_call *c);
void fake_upload_end(struct api_call *c);

#endif
