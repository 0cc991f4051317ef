/** The pages of API tokens and SSH keys. */
@NullMarked
package dev.bailiwick.server.page.credential;

import org.jspecify.annotations.NullMarked;
