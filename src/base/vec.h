/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A typed growing array: `VEC(struct foo) foos;`, zero-initialised. Items move
 * when it grows: keep indexes, or pointers to items that live elsewhere.
 */
#pragma once

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *items;                                                                       \
		size_t len, cap;                                                                   \
	}

/* A named one, where a header passes it on: `VEC_TYPE(foos, struct foo);` is struct foos. */
#define VEC_TYPE(name, type)                                                                       \
	struct name {                                                                              \
		type *items;                                                                       \
		size_t len, cap;                                                                   \
	}

/* Grows so that one more item fits. 0 or -ENOMEM, and then the vec is unchanged. */
#define vec_reserve(v) vec_reserve_((void **)&(v)->items, (v)->len, &(v)->cap, sizeof(*(v)->items))

/* Appends a copy of item. 0 or -ENOMEM. */
#define vec_push(v, item) (vec_reserve(v) ? -ENOMEM : ((v)->items[(v)->len++] = (item), 0))

#define vec_release(v) (free((v)->items), (v)->items = NULL, (v)->len = (v)->cap = 0)

/* The first n items go. */
#define vec_drop_first(v, n)                                                                       \
	((v)->len -= (n), memmove((v)->items, (v)->items + (n), (v)->len * sizeof(*(v)->items)))

/* Every second item goes, but neither the first nor the last. */
#define vec_thin(v)                                                                                \
	do {                                                                                       \
		size_t kept_ = 0;                                                                  \
		for (size_t i_ = 0; i_ < (v)->len; i_++)                                           \
			if (!(i_ % 2) || i_ + 1 == (v)->len)                                       \
				(v)->items[kept_++] = (v)->items[i_];                              \
		(v)->len = kept_;                                                                  \
	} while (0)

/* In a vec sorted by a field but for its last item, that item moves to its place. */
#define vec_settle(v, field)                                                                       \
	do {                                                                                       \
		__typeof__(*(v)->items) last_ = (v)->items[(v)->len - 1];                          \
		size_t at_ = (v)->len - 1;                                                         \
		for (; at_ && (v)->items[at_ - 1].field > last_.field; at_--)                      \
			(v)->items[at_] = (v)->items[at_ - 1];                                     \
		(v)->items[at_] = last_;                                                           \
	} while (0)

/* `vec_each(it, &foos)`: it is a pointer to each item in turn. */
#define vec_each(it, v)                                                                            \
	for (__typeof__((v)->items + 0) it = (v)->items; it && it < (v)->items + (v)->len; it++)

static inline int vec_reserve_(void **items, size_t len, size_t *cap, size_t size)
{
	size_t wanted = *cap ? *cap * 2 : 8;
	void *grown;

	if (len < *cap)
		return 0;
	grown = realloc(*items, wanted * size);
	if (!grown)
		return -ENOMEM;
	*items = grown;
	*cap = wanted;
	return 0;
}
