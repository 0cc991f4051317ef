/** Staff that acts as a user of a customer. */
@NamedInterface("behalf")
@NullMarked
package dev.bailiwick.server.account.signin.behalf;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
