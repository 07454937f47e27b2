/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a snap is made: rows go into a builder in any order, snap_freeze() sorts
 * them, links them and derives the rest. The makers are the probes, the model
 * and the loader of files.
 */
#ifndef NSCOPE_SNAP_BUILD_H
#define NSCOPE_SNAP_BUILD_H

#include "snap.h"

struct snap_builder;

struct snap_builder *snap_builder_new(void);
void snap_builder_free(struct snap_builder *b);

/* A copy of n bytes; equal strings are kept once. Lives as long as the builder. */
struct raw snap_str(struct snap_builder *b, const char *p, size_t n);
struct raw snap_strz(struct snap_builder *b, const char *s);

struct snap_meta *snap_builder_meta(struct snap_builder *b);

/* There will be some n tasks: room for them at once. */
void builder_expect_tasks(struct snap_builder *b, uint32_t n);
/*
 * A new task row: all links IX_OFF, nothing known. Rows are numbers in the
 * builder, not those of the frozen snap. The pointer that builder_task() gives
 * is good until the next row is added.
 */
int32_t builder_add_task(struct snap_builder *b, pid_t tid, pid_t tgid);
struct task *builder_task(struct snap_builder *b, int32_t row);
uint32_t builder_n_tasks(const struct snap_builder *b);
/* Take back the last task that was added: it died while it was read. */
void builder_drop_last_task(struct snap_builder *b);
/* Set the pids of a task (copied). */
void builder_set_pids(struct snap_builder *b, int32_t row, const pid_t *pids, unsigned n);

/*
 * Find or add a namespace. *is_new (may be NULL) says that it was added. New
 * rows have owner and parent IX_OFF and refs -1.
 */
int32_t builder_ns(struct snap_builder *b, enum ns_kind kind, uint32_t inum, bool *is_new);
struct ns *builder_ns_row(struct snap_builder *b, int32_t row);
uint32_t builder_n_nss(const struct snap_builder *b);

/*
 * An nsproxy object that the kernel (or the model) really has; tasks point at
 * it by row. When none is added, freeze infers them from equal contents.
 */
int32_t builder_add_nsproxy(struct snap_builder *b, int32_t count, const int32_t ns[NS_N_SLOTS]);
struct nsproxy *builder_nsproxy_row(struct snap_builder *b, int32_t row);

void builder_add_keeper(struct snap_builder *b, const struct keeper *k);
uint32_t builder_n_keepers(const struct snap_builder *b);
const struct keeper *builder_keeper(const struct snap_builder *b, uint32_t row);
/* So many references of that kind are on a namespace (once a namespace and kind). */
void builder_add_count(struct snap_builder *b, int32_t ns, enum ref_kind ref, int32_t count);
/*
 * The limits of a user namespace (once each), in the order of the kinds; -1: not known.
 * With has_used all who use any of it follow, each once.
 */
void builder_add_quota(struct snap_builder *b, int32_t ns, const int32_t max[NS_N_KINDS],
		       bool has_used);
void builder_add_quota_user(struct snap_builder *b, int32_t ns, uid_t uid,
			    const uint32_t used[NS_N_KINDS]);
/* Find or add. name may be "". */
int32_t builder_container(struct snap_builder *b, struct raw runtime, struct raw id,
			  struct raw name);
void builder_add_user(struct snap_builder *b, uid_t uid, struct raw name);

/* `probe` ran; it saw n more things. Makes its row `ok` unless a gap is told. */
void builder_seen(struct snap_builder *b, const char *probe, uint64_t n);
/* `probe` missed n things for the reason `why`; the same reason adds up. */
void builder_gap(struct snap_builder *b, const char *probe, enum coverage_state state, uint64_t n,
		 const char *why);

/*
 * The value of what the builder holds now; the builder may go on and be frozen
 * again. A namespace that no task uses, nothing keeps and no other namespace
 * names as owner or parent is left out unless it is_listed: it died with the
 * task that showed it. The caller owns one reference.
 */
const struct snap *snap_freeze(struct snap_builder *b, bool is_partial);

#endif
