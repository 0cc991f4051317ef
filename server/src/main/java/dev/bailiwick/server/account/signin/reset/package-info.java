/** Setting a password by a link that works once, which somebody has issued who manages the user, or which the user got by mail. */
@NamedInterface("reset")
@NullMarked
package dev.bailiwick.server.account.signin.reset;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
