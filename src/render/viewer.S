/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The viewer's page as read-only data. `make VIEWER=0` leaves it empty.
 */
	.section .rodata
	.global viewer_html, viewer_html_end
viewer_html:
#if VIEWER
	.incbin "build/viewer.html"
#endif
viewer_html_end:
	.byte 0

	.section .note.GNU-stack, "", %progbits
