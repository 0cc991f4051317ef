/** The pages of a user's own account. */
@NullMarked
package dev.bailiwick.server.page.account;

import org.jspecify.annotations.NullMarked;
