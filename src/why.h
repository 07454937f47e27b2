/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a namespace is alive: the references that the kernel counts on it, by what
 * holds them, and who keeps each of those. A task is no holder: it counts on its
 * nsproxy, and all tasks of that are one reference. Nor is a descriptor: all open
 * files and bind mounts of a namespace share one nsfs inode, which is one.
 */
#ifndef NSCOPE_WHY_H
#define NSCOPE_WHY_H

#include "snap.h"

struct ref_kind_info {
	const char *name;      /* in JSON and in tables */
	const char *help;      /* what one of them is, in words */
	uint8_t kinds;	       /* BIT(ns_kind) it may count on */
	uint8_t unknown_kinds; /* of those, where /proc alone leaves the number open */
};
extern const struct ref_kind_info ref_kinds[REF_N_KINDS];

/* References of one kind on one namespace. */
struct hold {
	enum ref_kind ref;
	int64_t count;	       /* -1 where only the kernel could tell */
	bool is_inferred;      /* counted from what could be seen: a lower bound */
	uint32_t first_keeper; /* rows of snap->keepers */
	uint32_t n_keepers;
};

/* The sum of it: what the kernel counts, what we can account for, and the rest. */
struct hold_sum {
	int64_t kernel;	     /* -1 when not known */
	int64_t explained;   /* the known counts */
	bool is_complete;    /* all counts are known */
	int64_t unexplained; /* kernel - explained; good only where has_rest */
	bool has_rest;	     /* all was seen and stood still, and it is no initial one */
};

/* Fills holds, in the order of the table, and says how many there are. */
unsigned why_holds(const struct snap *s, int32_t ns, struct hold holds[REF_N_KINDS]);
struct hold_sum why_sum(const struct snap *s, int32_t ns, const struct hold *holds, unsigned n);

/* Who counts on an nsproxy: its tasks, and those that no list of tasks has. */
struct proxy_sum {
	int64_t kernel; /* -1 when not known */
	int64_t tasks;
	int64_t idle;	/* the idle tasks of the processors */
	int64_t hidden; /* tasks that the kernel probe may not see, and /proc counts */
	int64_t unexplained;
	bool has_rest;
};
struct proxy_sum why_proxy_sum(const struct snap *s, int32_t nsproxy);

/*
 * A set of namespaces whose counts all lack just what one nsproxy gives: an nsproxy
 * that no task points at, which no list has. Fills rows by slot; where none lacks it,
 * it may point at the initial one, which is not reconcilable. False when there is none.
 */
bool why_unseen_nsproxy(const struct snap *s, int32_t rows[NS_N_SLOTS]);

#endif
