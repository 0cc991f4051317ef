/** Tests of the form for a jail. */
@NullMarked
package dev.bailiwick.server.jail.page.form;

import org.jspecify.annotations.NullMarked;
