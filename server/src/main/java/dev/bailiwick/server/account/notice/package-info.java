/** Letters that tell users what has changed about their account, and which of them a user wants. */
@NamedInterface("notice")
@NullMarked
package dev.bailiwick.server.account.notice;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
