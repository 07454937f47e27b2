/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An error is a negative errno and a sentence for a person. The sentence lives
 * in a buffer that the caller owns; it is set once where the error happens and
 * prefixed on the way up.
 */
#ifndef NSCOPE_ERR_H
#define NSCOPE_ERR_H

#include "base.h"

struct err {
	char msg[512];
};

/*
 * Write the formatted sentence and, unless errnum is 0, ": strerror(errnum)".
 * Returns -errnum (-EINVAL for 0) so that callers can `return err_set(...)`.
 * The result is safe to print: err_set() escapes control bytes.
 */
int err_set(struct err *e, int errnum, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Put "prefix: " before the sentence that is there. */
void err_prefix(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
