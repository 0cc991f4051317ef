/** Setting a password by a link that works once, which somebody has issued who manages the user. */
@NullMarked
package dev.bailiwick.server.account.signin.reset;

import org.jspecify.annotations.NullMarked;
