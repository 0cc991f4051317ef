/** The plan of a jail on its page, and the page that changes it. */
@NullMarked
package dev.bailiwick.server.jail.page.plan;

import org.jspecify.annotations.NullMarked;
