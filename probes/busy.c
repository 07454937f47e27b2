/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a file system is mounted, in the eyes of every mount namespace that has a
 * task: a copy of a mount in another namespace keeps it busy, and is in no list
 * of the namespace that one looks from.
 */
#include "probe.h"

#include <libmount/libmount.h>
#include <stdio.h>

static unsigned look_into(const struct snap *s, int32_t mnt_ns, dev_t dev,
			  void (*found)(int32_t mnt_ns, struct raw where, void *data), void *data)
{
	struct libmnt_iter *it = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_table *table;
	struct libmnt_fs *fs;
	char path[40];
	unsigned n = 0;

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", s->tasks[s->nss[mnt_ns].lead].tid);
	table = mnt_new_table_from_file(path);
	while (table && !mnt_table_next_fs(table, it, &fs)) {
		if (mnt_fs_get_devno(fs) != dev)
			continue;
		found(mnt_ns, (struct raw){mnt_fs_get_target(fs)}, data);
		n++;
	}
	mnt_unref_table(table);
	mnt_free_iter(it);
	return n;
}

unsigned probes_find_mounts(const struct snap *s, dev_t dev,
			    void (*found)(int32_t mnt_ns, struct raw where, void *data), void *data)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < s->n_nss; i++)
		if (s->nss[i].kind == NS_MNT && s->nss[i].lead >= 0)
			n += look_into(s, i, dev, found, data);
	return n;
}
