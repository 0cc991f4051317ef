/** What the pages of every module share: who looks, how a time is shown, and the streams that keep a page alive. */
@NullMarked
package dev.bailiwick.server.page;

import org.jspecify.annotations.NullMarked;
