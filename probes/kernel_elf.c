/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_elf.h"

#include <string.h>

const void *elf_data(const struct elf_view *v, unsigned i)
{
	return v->image + v->sections[i].sh_offset;
}

/* Of a section of strings, which is known to end with one. */
static const char *string_at(const struct elf_view *v, unsigned section, uint32_t at)
{
	return at < v->sections[section].sh_size ? (const char *)elf_data(v, section) + at : "";
}

static bool is_strings(const struct elf_view *v, unsigned i)
{
	return i && i < v->n_sections && v->sections[i].sh_size &&
	       !((const char *)elf_data(v, i))[v->sections[i].sh_size - 1];
}

const char *elf_section_name(const struct elf_view *v, unsigned i)
{
	return string_at(v, ((const Elf64_Ehdr *)v->image)->e_shstrndx, v->sections[i].sh_name);
}

const char *elf_symbol_name(const struct elf_view *v, const Elf64_Sym *s)
{
	return string_at(v, v->names, s->st_name);
}

unsigned elf_find(const struct elf_view *v, const char *name)
{
	for (unsigned i = 1; i < v->n_sections; i++)
		if (!strcmp(elf_section_name(v, i), name))
			return i;
	return 0;
}

bool elf_is_code(const struct elf_view *v, unsigned i)
{
	return v->sections[i].sh_type == SHT_PROGBITS && v->sections[i].sh_flags & SHF_EXECINSTR &&
	       v->sections[i].sh_size;
}

const Elf64_Sym *elf_symbol_of(const struct elf_view *v, const Elf64_Rel *rel)
{
	uint32_t i = ELF64_R_SYM(rel->r_info);

	return i < v->n_symbols ? &v->symbols[i] : NULL;
}

static bool is_within(const struct elf_view *v, const Elf64_Shdr *s)
{
	bool is_table = s->sh_type == SHT_SYMTAB || s->sh_type == SHT_REL;

	return s->sh_offset <= v->size && s->sh_size <= v->size - s->sh_offset &&
	       !(is_table && s->sh_offset % 8) &&
	       !(s->sh_type == SHT_REL && s->sh_info >= v->n_sections);
}

/* The table of sections lies in the image, and so do they all. */
static bool read_sections(struct elf_view *v)
{
	const Elf64_Ehdr *h = (const Elf64_Ehdr *)v->image;

	if (v->size < sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG) ||
	    h->e_shentsize != sizeof(Elf64_Shdr) || !h->e_shnum || h->e_shnum > ELF_MAX_SECTIONS ||
	    h->e_shoff % 8 || h->e_shoff > v->size ||
	    h->e_shnum * sizeof(Elf64_Shdr) > v->size - h->e_shoff)
		return false;
	v->sections = (const Elf64_Shdr *)(v->image + h->e_shoff);
	v->n_sections = h->e_shnum;
	for (unsigned i = 0; i < v->n_sections; i++)
		if (!is_within(v, &v->sections[i]))
			return false;
	return is_strings(v, h->e_shstrndx);
}

bool elf_view_init(struct elf_view *v, const char *image, size_t size)
{
	unsigned symtab;

	*v = (struct elf_view){.image = image, .size = size};
	if (!read_sections(v))
		return false;
	symtab = elf_find(v, ".symtab");
	if (!symtab || v->sections[symtab].sh_type != SHT_SYMTAB ||
	    !is_strings(v, v->sections[symtab].sh_link))
		return false;
	v->symbols = elf_data(v, symtab);
	v->n_symbols = v->sections[symtab].sh_size / sizeof(*v->symbols);
	v->names = v->sections[symtab].sh_link;
	return true;
}
