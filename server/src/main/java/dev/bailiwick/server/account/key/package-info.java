/** The SSH keys of users. */
@NullMarked
@NamedInterface("key")
package dev.bailiwick.server.account.key;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
