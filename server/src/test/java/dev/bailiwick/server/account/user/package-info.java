/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.account.user;

import org.jspecify.annotations.NullMarked;
