/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether anything has moved in a namespace between two readings. Its count may be the
 * same by chance, in a loop of forks or of sockets most of the time; but who makes and
 * frees things has to run for that. So what is compared is who is there, and how often
 * each of them has run.
 */
#include "kernel_impl.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
	return hash ^ hash >> 29;
}

/* How often a task was put on a processor, which /proc tells to everybody. */
static uint64_t mix_runs(uint64_t hash, int proc, int32_t tid)
{
	char path[32], text[4096];
	ssize_t n;

	/* We run ourselves, and what we do is known. */
	if (tid == getpid())
		return hash;
	snprintf(path, sizeof(path), "%d/schedstat", tid);
	n = probe_read_file(proc, path, text, sizeof(text));
	if (n <= 0) { /* a kernel without; here are the numbers of its switches */
		snprintf(path, sizeof(path), "%d/status", tid);
		n = probe_read_file(proc, path, text, sizeof(text));
	}
	for (ssize_t i = 0; i < n; i++)
		hash = mix(hash, (unsigned char)text[i]);
	return mix(hash, tid);
}

static bool uses(struct ledger *l, const struct k_task *t, uint64_t ns)
{
	int32_t row;

	if (t->user_ns == ns || t->pid_ns == ns)
		return true;
	row = addr_find(&l->nsproxies, t->nsproxy);
	for (int slot = 0; row >= 0 && slot < NS_N_SLOTS; slot++)
		if (l->proxies.items[row].proxy->ns[slot] == ns)
			return true;
	return false;
}

uint64_t ledger_stir(struct ledger *l, int proc, uint64_t ns, bool *is_running)
{
	uint64_t hash = 0;

	*is_running = false;
	for (uint32_t i = 0; i < l->scan->n_tasks; i++) {
		const struct k_task *t = &l->scan->tasks[i];

		if (!uses(l, t, ns))
			continue;
		*is_running |= !t->state && t->tid != getpid();
		hash = mix_runs(hash, proc, t->tid);
	}
	for (uint32_t i = 0; i < l->holds.n; i++) {
		const struct k_hold *h = l->holds.items[i];

		if (h->ns != ns)
			continue;
		hash = mix(hash, h->obj);
		if (h->tid > 0)
			hash = mix_runs(hash, proc, h->tid);
	}
	return hash;
}
