/** Forms: the tokens that prove where a form comes from, and forms that arrive after their session has ended. */
@NullMarked
package dev.bailiwick.server.account.signin.form;

import org.jspecify.annotations.NullMarked;
