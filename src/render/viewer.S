/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The viewer's page as read-only data. `make VIEWER=0` leaves it empty.
 */
	.section .rodata
	.global viewer_html, viewer_html_size
viewer_html:
#if VIEWER
	.incbin "build/viewer.html"
#endif
1:
	.byte 0
	.balign 8
viewer_html_size:
	.quad 1b - viewer_html

	.section .note.GNU-stack, "", %progbits
