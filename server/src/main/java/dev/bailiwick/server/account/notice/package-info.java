/** Letters that tell users what has changed about their account. */
@NullMarked
package dev.bailiwick.server.account.notice;

import org.jspecify.annotations.NullMarked;
