/** Tests of this package. */
@NullMarked
package dev.bailiwick.server.account.signin;

import org.jspecify.annotations.NullMarked;
