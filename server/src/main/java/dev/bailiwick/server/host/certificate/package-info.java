/** The certificates of hosts, the authority that signs them, and the tokens with which hosts join. */
@NullMarked
@NamedInterface("certificate")
package dev.bailiwick.server.host.certificate;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
