/** Parts shared by the pages of all modules: the viewer, the display of times, and the streams that keep pages up to date. */
@NullMarked
package dev.bailiwick.server.page;

import org.jspecify.annotations.NullMarked;
