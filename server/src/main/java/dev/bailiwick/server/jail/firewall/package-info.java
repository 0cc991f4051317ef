/** The firewalls of jails, by the API and on a page. */
@NullMarked
package dev.bailiwick.server.jail.firewall;

import org.jspecify.annotations.NullMarked;
