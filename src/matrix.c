/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "matrix.h"

#include "mem.h"

#include <string.h>

const enum ns_slot matrix_slots[] = {
	SLOT_UTS,
	SLOT_IPC,
	SLOT_MNT,
	SLOT_PID_FOR_CHILDREN,
	SLOT_NET,
	SLOT_TIME,
	SLOT_TIME_FOR_CHILDREN,
	SLOT_CGROUP,
	SLOT_USER,
	SLOT_PID,
};
_Static_assert(ARRAY_SIZE(matrix_slots) == NS_N_SLOTS, "a column for each slot");

const char *const matrix_titles[] = {
	[SLOT_MNT] = "mnt",
	[SLOT_NET] = "net",
	[SLOT_PID] = "pid",
	[SLOT_USER] = "user",
	[SLOT_IPC] = "ipc",
	[SLOT_UTS] = "uts",
	[SLOT_CGROUP] = "cgrp",
	[SLOT_TIME] = "time",
	[SLOT_PID_FOR_CHILDREN] = "pid_ch",
	[SLOT_TIME_FOR_CHILDREN] = "time_ch",
};

/* Namespaces of what hangs off the tasks, not off the nsproxy. */
static void fill_outside(int32_t (*cells)[NS_N_SLOTS], const struct snap *s)
{
	for (uint32_t i = 0; i < s->n_tasks; i++) {
		const struct task *t = &s->tasks[i];

		if (t->nsproxy < 0)
			continue;
		for (int slot = 0; slot < NS_N_SLOTS; slot++) {
			int32_t *cell = &cells[t->nsproxy][slot];

			if (ns_slots[slot].home == HOME_NSPROXY || t->ns[slot] == IX_NONE ||
			    t->ns[slot] == *cell)
				continue;
			*cell = *cell == IX_NONE ? t->ns[slot] : MATRIX_SEVERAL;
		}
	}
}

/* Number the namespaces of each kind as they come: pid and pid_ch share their letters. */
static void number_columns(int32_t (*cells)[NS_N_SLOTS], const struct snap *s)
{
	int32_t *numbers = xcalloc(s->n_nss, sizeof(*numbers)); /* + 1; 0 is none yet */
	int32_t next[NS_N_KINDS] = {0};

	for (uint32_t p = 0; p < s->n_nsproxies; p++) {
		for (int i = 0; i < NS_N_SLOTS; i++) {
			enum ns_slot slot = matrix_slots[i];
			int32_t *cell = &cells[p][slot];

			if (*cell < 0)
				continue;
			if (!numbers[*cell])
				numbers[*cell] = ++next[ns_slots[slot].kind];
			*cell = numbers[*cell] - 1;
		}
	}
	free(numbers);
}

void matrix_build(struct matrix *m, const struct snap *s)
{
	m->n = s->n_nsproxies;
	m->cells = xcalloc(m->n, sizeof(*m->cells));
	for (uint32_t p = 0; p < m->n; p++)
		memcpy(m->cells[p], s->nsproxies[p].ns, sizeof(m->cells[p]));
	fill_outside(m->cells, s);
	number_columns(m->cells, s);
}

void matrix_free(struct matrix *m)
{
	free(m->cells);
	*m = (struct matrix){0};
}

const char *matrix_letter(int32_t cell, char buf[8])
{
	char *p = buf + 7;

	*p = '\0';
	if (cell < 0) {
		*--p = cell == MATRIX_SEVERAL ? '*' : cell == IX_NONE ? '-' : '?';
		return p;
	}
	for (cell++; cell > 0 && p > buf; cell = (cell - 1) / 26)
		*--p = 'A' + (cell - 1) % 26;
	return p;
}
