/** By which certificate a host is known, who signs it, and with which token a host joins. */
@NullMarked
@NamedInterface("certificate")
package dev.bailiwick.server.host.certificate;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
