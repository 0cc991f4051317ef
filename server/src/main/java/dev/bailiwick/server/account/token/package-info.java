/** Tokens of the API. */
@NullMarked
@NamedInterface("token")
package dev.bailiwick.server.account.token;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
