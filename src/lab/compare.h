/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model's snap beside the kernel's: what has other numbers in each is paired
 * as it comes, and whatever then differs is told.
 */
#ifndef NSCOPE_COMPARE_H
#define NSCOPE_COMPARE_H

#include "mem.h"
#include "snap.h"

/* One member of the crowd in both worlds. */
struct compare_task {
	bool is_used;
	pid_t model_tid, kernel_tid;
};

/* A namespace in both; kept when it dies, so that it is known whether both lose it. */
struct compare_ns {
	enum ns_kind kind;
	bool is_old; /* of before the walk: others use it too, and its count is theirs */
	uint32_t model_inum, kernel_inum;
	uint64_t kernel_id;
};

/* An nsproxy of the model: its row in the kernel's snap, plus 1, and how many members use it. */
struct compare_proxy {
	uint32_t row, n_members;
};

struct compare {
	ARRAY(struct compare_ns) nss;
	struct compare_proxy *proxies; /* scratch, by row of the model's */
	unsigned n_hidden;    /* levels of pid namespaces above nscope, which it does not see */
	bool is_sharing_only; /* the kernel's counts and nsproxies are not known */
	bool was_late;	      /* compare_settled() had to wait */
	char text[256];	      /* the first difference; "": none */
};

enum compare_result {
	COMPARE_SAME,
	COMPARE_LATE, /* the kernel counts more: it frees some things later */
	COMPARE_DIFFERS,
};

/* CLOCK_MONOTONIC, and a millisecond of it: what the kernel frees late is waited for. */
int64_t now_nsec(void);
void wait_a_moment(void);

/* What is in both from the start, by inode number. */
void compare_begin(struct compare *c, const struct snap *model, const struct snap *kernel);
enum compare_result compare_snaps(struct compare *c, const struct snap *model,
				  const struct snap *kernel, const struct compare_task *tasks,
				  unsigned n_tasks);
/*
 * The same again and again, with the kernel read anew each time, until both are the same, or
 * surely not, or for so many nsec. read: gives what is good until it is called again, and has
 * brought `tasks` up to date; NULL: it cannot be done, and that is what -EIO says.
 */
int compare_settled(struct compare *c, const struct snap *model, const struct compare_task *tasks,
		    unsigned n_tasks, int64_t patience, const struct snap *(*read)(void *data),
		    void *data);
/* Only members use it: its count is compared too. */
void compare_own(struct compare *c, enum ns_kind kind, uint32_t kernel_inum);
void compare_end(struct compare *c);

#endif
