/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An object file as clang makes it for BPF: its sections, names and symbols. Whatever the
 * bytes are, nothing outside of them is read: names that are not there are "".
 */
#ifndef NSCOPE_KERNEL_ELF_H
#define NSCOPE_KERNEL_ELF_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_MAX_SECTIONS 64

struct elf_view {
	const char *image;
	size_t size;
	const Elf64_Shdr *sections;
	unsigned n_sections; /* at most ELF_MAX_SECTIONS; the first one is none */
	const Elf64_Sym *symbols;
	unsigned n_symbols;
	unsigned names; /* the section of their names */
};

/* View an image, aligned to 8 bytes, which stays the caller's. False when it is no object file. */
bool elf_view_init(struct elf_view *v, const char *image, size_t size);
/* The bytes of a section: sections[i].sh_size of them; of tables, aligned. */
const void *elf_data(const struct elf_view *v, unsigned i);
const char *elf_section_name(const struct elf_view *v, unsigned i);
/* A section by its name; 0: there is none. */
unsigned elf_find(const struct elf_view *v, const char *name);
bool elf_is_code(const struct elf_view *v, unsigned i);
const char *elf_symbol_name(const struct elf_view *v, const Elf64_Sym *s);
/* The symbol of a relocation; NULL: there is none. */
const Elf64_Sym *elf_symbol_of(const struct elf_view *v, const Elf64_Rel *rel);

#endif
