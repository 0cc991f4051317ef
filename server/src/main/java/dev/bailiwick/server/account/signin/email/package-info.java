/** The address at which users get mail: they set it, and confirm it by a link that is sent there. */
@NullMarked
package dev.bailiwick.server.account.signin.email;

import org.jspecify.annotations.NullMarked;
