/** The most that the jails of a customer, or of a host, may have together, and what they have. */
@NamedInterface("quota")
@NullMarked
package dev.bailiwick.server.account.quota;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
