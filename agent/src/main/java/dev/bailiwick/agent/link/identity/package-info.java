/** How a host joins its server, and how both know each other afterwards: addresses, tokens, certificates, TLS. */
@NullMarked
package dev.bailiwick.agent.link.identity;

import org.jspecify.annotations.NullMarked;
