/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owns how a recording's header and blocks are checked, for who writes them and
 * who reads them.
 */
#include "capture/recording_format.h"

#include <string.h>
#include <zlib.h>

static uint32_t header_crc(const struct recording_header *header, const unsigned char *rest,
			   size_t rest_len)
{
	struct recording_header zeroed = *header;

	zeroed.crc = 0;
	/* crc32() of no address starts anew instead of adding nothing */
	if (!rest_len)
		return crc32(0, (const void *)&zeroed, sizeof(zeroed));
	return crc32(crc32(0, (const void *)&zeroed, sizeof(zeroed)), rest, rest_len);
}

uint32_t recording_header_crc(const struct recording_header *header)
{
	return header_crc(header, NULL, 0);
}

size_t recording_header_length(const struct recording_header *header)
{
	bool sane = header->size >= sizeof(*header) && header->size <= RECORDING_HEADER_MAX &&
		    header->size % 8 == 0;

	return sane && header->version != RECORDING_VERSION ? header->size : sizeof(*header);
}

bool recording_header_intact(const unsigned char *bytes, size_t len)
{
	struct recording_header header;

	memcpy(&header, bytes, sizeof(header));
	return header.size == len &&
	       header_crc(&header, bytes + sizeof(header), len - sizeof(header)) == header.crc;
}

uint32_t recording_block_crc(const struct recording_block *block, const unsigned char *records)
{
	uint32_t crc = crc32(0, (const void *)block, offsetof(struct recording_block, crc));

	return crc32(crc, records, block->length);
}
