/** The pages of users, and of what each role may do. */
@NullMarked
package dev.bailiwick.server.page.user;

import org.jspecify.annotations.NullMarked;
