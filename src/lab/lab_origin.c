/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose a namespace is. A test process may enter any by setns(); it may change only
 * those that the lab made. They are known by number, which the kernel gives again when
 * one is gone: so what a living test process shows counts first.
 */
#include "lab_impl.h"

#include <errno.h>
#include <string.h>

static uint64_t key(enum ns_slot slot, uint32_t inum)
{
	return (uint64_t)ns_slots[slot].kind << 32 | inum;
}

static bool is_made(const struct lab *lab, uint64_t k)
{
	for (uint32_t i = 0; i < lab->made.n; i++)
		if (lab->made.items[i] == k)
			return true;
	return false;
}

bool lab_has_made(const struct lab *lab, uint32_t inum)
{
	for (uint32_t i = 0; i < lab->made.n; i++)
		if ((uint32_t)lab->made.items[i] == inum)
			return true;
	return false;
}

static void note_made(struct lab *lab, enum ns_slot slot, uint32_t inum)
{
	uint64_t k = key(slot, inum);

	if (inum && inum != lab->own[slot] && !is_made(lab, k))
		*array_add(&lab->made) = k;
}

/* 1 or 0 when a living test process shows whether it is foreign, or -1. */
static int shown_as(const struct lab *lab, const struct lab_proc *but, uint64_t k)
{
	for (uint32_t i = 0; i < lab->procs.n; i++) {
		const struct lab_proc *p = &lab->procs.items[i];

		for (int slot = 0; slot < NS_N_SLOTS; slot++)
			if (p != but && p->t.state < LAB_ZOMBIE && key(slot, p->t.slots[slot]) == k)
				return !!(p->foreign & BIT(slot));
	}
	return -1;
}

void lab_note_child(struct lab *lab, struct lab_proc *child, const struct lab_proc *maker)
{
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		int from = slot == SLOT_PID    ? SLOT_PID_FOR_CHILDREN
			   : slot == SLOT_TIME ? SLOT_TIME_FOR_CHILDREN
					       : slot;

		if (child->t.slots[slot] == maker->t.slots[from])
			child->foreign |= maker->foreign & BIT(from) ? BIT(slot) : 0;
		else
			note_made(lab, slot, child->t.slots[slot]);
	}
}

void lab_note_change(struct lab *lab, struct lab_proc *p, const uint32_t before[NS_N_SLOTS],
		     bool is_entry)
{
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		uint32_t now = p->t.slots[slot];
		int shown;

		if (now == before[slot] || now == lab->own[slot])
			continue;
		shown = is_entry ? shown_as(lab, p, key(slot, now)) : 0;
		if (shown < 0)
			shown = !is_made(lab, key(slot, now));
		p->foreign = (p->foreign & ~BIT(slot)) | (shown ? BIT(slot) : 0);
		if (!shown)
			note_made(lab, slot, now);
	}
}

int lab_need_out(const struct lab *lab, const struct lab_proc *p, enum ns_slot slot, struct err *e)
{
	if (!p->t.slots[slot] || p->t.slots[slot] == lab->own[slot])
		return err_set(e, EPERM, "test process %d is still in nscope's own %s namespace",
			       p->t.tid, ns_slots[slot].name);
	if (p->foreign & BIT(slot))
		return err_set(e, EPERM,
			       "test process %d is in a %s namespace that the lab did not make",
			       p->t.tid, ns_slots[slot].name);
	return 0;
}
