/** The form for a jail, as it was typed: its fields, their rows, and what is wrong with them. */
@NullMarked
package dev.bailiwick.server.jail.page.form;

import org.jspecify.annotations.NullMarked;
