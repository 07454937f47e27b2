/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which step comes next: any that has a meaning for the crowd, valid or not. */
#include "walk_impl.h"

#include <linux/sched.h>
#include <signal.h>

static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static unsigned below(uint64_t *rng, unsigned n)
{
	return next_random(rng) % n;
}

/* Each flag of a kind with chance one in n. */
static uint64_t random_kinds(uint64_t *rng, unsigned n)
{
	uint64_t flags = 0;

	for (int k = 0; k < NS_N_KINDS; k++)
		if (!below(rng, n))
			flags |= ns_kinds[k].clone_flag;
	return flags;
}

static uint64_t random_bits(uint64_t *rng, const uint64_t *bits, unsigned n, unsigned chance)
{
	uint64_t flags = 0;

	for (unsigned i = 0; i < n; i++)
		if (!below(rng, chance))
			flags |= bits[i];
	return flags;
}

static const uint64_t share_bits[] = {CLONE_VM,	     CLONE_FS,	    CLONE_FILES,
				      CLONE_SIGHAND, CLONE_SYSVSEM, CLONE_IO,
				      CLONE_VFORK,   CLONE_PARENT,  CLONE_THREAD};

static uint64_t random_clone_flags(uint64_t *rng)
{
	uint64_t flags;

	if (!below(rng, 4)) { /* a thread as libraries make them */
		flags = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM;
		flags |= random_bits(rng, share_bits, 5, 2);
		return flags | (below(rng, 8) ? 0 : random_kinds(rng, 8));
	}
	flags = random_bits(rng, share_bits, ARRAY_SIZE(share_bits), 10);
	return flags | (below(rng, 2) ? random_kinds(rng, 5) : 0);
}

/* Mostly SIGCHLD, or one that does nothing to the parent: who ends by one is no reader. */
static uint64_t exit_signal(uint64_t *rng)
{
	static const uint8_t harmless[] = {0, SIGURG, SIGWINCH, SIGCONT};

	return below(rng, 8) ? SIGCHLD : harmless[below(rng, ARRAY_SIZE(harmless))];
}

static void random_clone3(uint64_t *rng, struct call *c)
{
	bool has_stack = below(rng, 2);

	c->size = below(rng, 30) ? 88 : below(rng, 100);
	c->stack = has_stack;
	c->stack_size = below(rng, 20) ? has_stack : !has_stack;
	if (c->flags & (CLONE_THREAD | CLONE_PARENT) && below(rng, 8))
		c->exit_signal = 0;
	else
		c->exit_signal = exit_signal(rng);
	if (!below(rng, 30))
		c->exit_signal = 65 + below(rng, 5);
	if (below(rng, 10) || c->size == 64) /* that struct has no set_tid */
		return;
	c->n_tids = below(rng, 10) ? 1 + below(rng, 3) : CALL_MAX_TIDS;
	for (uint32_t i = 0; i < c->n_tids; i++)
		c->tids[i] = below(rng, 6) + (i % 3 ? 300 : 0);
}

static void random_clone(uint64_t *rng, struct call *c)
{
	unsigned n = below(rng, 20);

	if (n < 3) {
		c->kind = n ? CALL_FORK : CALL_VFORK;
		c->flags = n ? 0 : CLONE_VFORK | CLONE_VM;
		c->exit_signal = SIGCHLD;
		return;
	}
	c->kind = n < 7 ? CALL_CLONE : CALL_CLONE3;
	c->flags = random_clone_flags(rng);
	if (c->kind == CALL_CLONE3) {
		random_clone3(rng, c);
		return;
	}
	c->flags &= ~(uint64_t)CLONE_NEWTIME; /* there the bit belongs to the signal */
	c->exit_signal = c->flags & CLONE_THREAD ? 0 : exit_signal(rng);
	c->stack = below(rng, 2);
}

static void random_unshare(uint64_t *rng, struct call *c)
{
	static const uint64_t bits[] = {CLONE_FS,      CLONE_FILES, CLONE_SYSVSEM, CLONE_THREAD,
					CLONE_SIGHAND, CLONE_VM,    CLONE_VFORK};

	c->kind = CALL_UNSHARE;
	c->flags = random_kinds(rng, 4) | random_bits(rng, bits, ARRAY_SIZE(bits), 12);
}

static const uint8_t weights[WALK_N_OPS] = {
	[WALK_CLONE] = 30,	 [WALK_UNSHARE] = 20, [WALK_SETNS_FD] = 12, [WALK_SETNS_OWN] = 4,
	[WALK_SETNS_PIDFD] = 10, [WALK_EXEC] = 3,     [WALK_EXIT] = 10,	    [WALK_KILL] = 6,
	[WALK_REAP] = 14,	 [WALK_OPEN] = 6,     [WALK_SOCKET] = 4,    [WALK_DUP] = 2,
	[WALK_CLOSE] = 8,	 [WALK_BIND] = 3,     [WALK_UMOUNT] = 3,    [WALK_SIGNAL] = 3,
	[WALK_SETUID] = 2,	 [WALK_CHROOT] = 1,   [WALK_SUBREAPER] = 1, [WALK_QUOTA] = 1,
	[WALK_PIDFD] = 4,	 [WALK_SHMGET] = 5,   [WALK_SHMAT] = 8,	    [WALK_SHMDT] = 3,
};

static enum walk_op random_op(uint64_t *rng, bool is_full)
{
	unsigned at, sum = 0;

	if (is_full)
		return below(rng, 2) ? WALK_REAP : below(rng, 2) ? WALK_EXIT : WALK_KILL;
	for (int i = 0; i < WALK_N_OPS; i++)
		sum += weights[i];
	at = below(rng, sum);
	for (int i = 0; i < WALK_N_OPS; i++) {
		if (at < weights[i])
			return i;
		at -= weights[i];
	}
	return WALK_CLONE;
}

static bool is_able(const struct walk *w, unsigned i)
{
	return w->tasks[i].is_used && lab_task(w->lab, w->ids[i])->state == LAB_ALIVE;
}

static bool is_running(const struct walk *w, unsigned i)
{
	return w->tasks[i].is_used && lab_task(w->lab, w->ids[i])->state < LAB_ZOMBIE;
}

/* A pidfd is of the dead, too, until they are waited for. */
static bool is_there(const struct walk *w, unsigned i)
{
	return w->tasks[i].is_used;
}

static bool is_zombie(const struct walk *w, unsigned i)
{
	return w->tasks[i].is_used && lab_task(w->lab, w->ids[i])->state == LAB_ZOMBIE;
}

/* A member of which the condition holds; the init when there is none. */
static unsigned random_member(uint64_t *rng, const struct walk *w,
			      bool (*holds)(const struct walk *w, unsigned i))
{
	unsigned from = below(rng, WALK_N_MEMBERS);

	for (unsigned i = 0; i < WALK_N_MEMBERS; i++)
		if (holds(w, (from + i) % WALK_N_MEMBERS))
			return (from + i) % WALK_N_MEMBERS;
	return 0;
}

/* WALK_N_MEMBERS: there is none. */
static unsigned free_member(const struct walk *w)
{
	unsigned i = 0;

	while (i < WALK_N_MEMBERS && w->tasks[i].is_used)
		i++;
	return i;
}

static uint8_t random_number(uint64_t *rng, enum walk_op op)
{
	static const uint8_t signals[] = {0, SIGCONT, SIGURG, SIGTERM, SIGKILL};

	if (op == WALK_SIGNAL)
		return signals[below(rng, ARRAY_SIZE(signals))];
	if (op >= WALK_SHMGET && op <= WALK_SHMDT)
		return 1 + below(rng, 2);
	return below(rng, op == WALK_SETUID ? 3 : 2);
}

struct walk_step walk_random(uint64_t *rng, const struct walk *w)
{
	struct walk_step s = {.child = free_member(w)};

	s.op = random_op(rng, s.child == WALK_N_MEMBERS);
	s.who = random_member(rng, w, s.op == WALK_KILL ? is_running : is_able);
	s.target = random_member(rng, w,
				 s.op == WALK_REAP    ? is_zombie
				 : s.op == WALK_PIDFD ? is_there
						      : is_able);
	s.slot = below(rng, NS_N_SLOTS);
	s.hold = below(rng, 3);
	s.place = below(rng, WALK_N_PLACES);
	s.number = random_number(rng, s.op);
	s.has_map = below(rng, 4);
	s.call.kind = CALL_SETNS;
	if (s.op == WALK_CLONE)
		random_clone(rng, &s.call);
	else if (s.op == WALK_UNSHARE)
		random_unshare(rng, &s.call);
	else if (s.op == WALK_SETNS_PIDFD)
		s.call.flags = random_kinds(rng, 4);
	else if (s.op == WALK_SETNS_FD || s.op == WALK_SETNS_OWN)
		s.call.flags = below(rng, 4) ? 0 : ns_kinds[below(rng, NS_N_KINDS)].clone_flag;
	return s;
}
